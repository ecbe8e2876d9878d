package io.redisvault.cli;

import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists the nodes that have backups. */
@Command(
        name = "nodes",
        description = "List all nodes under the prefix, each with its newest backup.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  redis-vault nodes", "  redis-vault nodes --json"})
final class NodesCommand extends VaultCommand {

    private static final List<String> HEADING = List.of("NODE", "BACKUPS", "SIZE", "NEWEST", "AGE");

    @Inject
    BackupCatalog catalog;

    @Inject
    Clock clock;

    @Override
    public Integer call() throws IOException {
        List<NodeBackups> nodes = catalog.nodes().await().indefinitely();
        Instant now = clock.instant();
        if (nodes.isEmpty()) {
            print(nodes, "");
            note("there is no backup of any node at " + catalog.place());
            return RedisVault.NOTHING_TO_DO;
        }
        print(
                nodes,
                HumanText.table(
                        HEADING,
                        nodes.stream()
                                .map(node -> List.of(
                                        node.node(),
                                        String.valueOf(node.backups()),
                                        HumanText.bytes(node.bytes()),
                                        HumanText.time(node.newest()),
                                        HumanText.age(node.newest(), now)))
                                .toList()));
        return RedisVault.DONE;
    }
}
