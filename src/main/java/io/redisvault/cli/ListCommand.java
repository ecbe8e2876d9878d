package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the backups there are. */
@RegisterForReflection
@Command(
        name = "list",
        description = "List the backups of a node, newest first.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault list",
            "  redis-vault list --all --json",
            "  redis-vault list --node redis-production"
        })
final class ListCommand extends VaultCommand {

    @Option(names = "--node", paramLabel = "NODE", description = "list the backups of this node, not one's own")
    private NodeName node;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "list the N newest, 100 by default")
    private int limit;

    @Option(
            names = "--all",
            description = "list all there are; takes memory for each, of which there is enough for 5,000")
    private boolean all;

    @Override
    int run(Instance<Object> beans) {
        BackupCatalog own = beans.select(BackupCatalog.class).get();
        BackupCatalog catalog = node == null ? own : own.forNode(node.text());
        List<Backup> backups = newest(catalog).await().indefinitely();
        boolean more = !all && backups.size() > limit;
        List<Backup> shown = catalog.withFacts(more ? backups.subList(0, limit) : backups)
                .await()
                .indefinitely();
        if (shown.isEmpty()) {
            print(beans, shown, "");
            note("there is no backup of node '" + catalog.node() + "'");
            return RedisVault.NOTHING_TO_DO;
        }
        print(beans, shown, table(shown, beans.select(Clock.class).get().instant()));
        if (more) {
            note("there are older ones: --limit shows more, --all shows all");
        }
        return RedisVault.DONE;
    }

    private Uni<List<Backup>> newest(BackupCatalog catalog) {
        return all ? catalog.list() : catalog.newest(limit + 1, backup -> true);
    }

    private static String table(List<Backup> backups, Instant now) {
        Table table = new Table("NAME", "AGE", "SIZE", "SERVER", "VERIFIED");
        for (Backup backup : backups) {
            Backup.Rdb rdb = backup.rdb();
            table.row(
                    backup.name(),
                    Amount.time(Duration.between(backup.timestamp(), now)),
                    Amount.bytes(backup.bytes()),
                    rdb == null ? "-" : rdb.producer(),
                    rdb == null ? "-" : rdb.verified() ? "yes" : "no");
        }
        return table.toString();
    }
}
