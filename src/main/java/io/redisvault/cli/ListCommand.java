package io.redisvault.cli;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.cli.CommandLines.NodeName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the backups of a node. */
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

    /** Limit of the backups in one list, because each takes memory. */
    private static final int MOST = 5000;

    private static final int MOST_NAMED = 10;

    private static final List<String> HEADING =
            List.of("NAME", "TIME", "AGE", "SIZE", "DUMP", "SERVER", "VERIFIED", "SLOTS");

    @Inject
    BackupCatalog own;

    @Inject
    Clock clock;

    @Option(names = "--node", paramLabel = "NODE", description = "list the backups of another node")
    private NodeName node;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "list at most N backups; default: 100")
    private int limit;

    @Option(names = "--all", description = "list all backups, at most " + MOST)
    private boolean all;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            description = "list only backups older than this time (UTC): 2026-11-28, 2026-11-28T14:00, '2h ago'")
    private Instant before = Instant.MAX;

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw wrong("--limit: '" + limit + "' is not 1 or more");
        }
        BackupCatalog catalog = node == null ? own : own.forNode(node.text());
        int shownAtMost = all ? MOST : Math.min(limit, MOST);
        BackupCatalog.Page newest = catalog.newest(shownAtMost, before).await().indefinitely();
        List<Backup> shown = catalog.withFacts(newest.backups()).await().indefinitely();
        if (shown.isEmpty()) {
            print(shown, "");
            String condition = before.equals(Instant.MAX) ? "" : " from before " + before;
            note("there is no backup of node '" + catalog.node() + "'" + condition + " at " + catalog.place() + "; "
                    + others(catalog));
            return RedisVault.NOTHING_TO_DO;
        }
        Instant now = clock.instant();
        boolean cluster = shown.stream().anyMatch(backup -> backup.slots().isPresent());
        List<String> heading = cluster ? HEADING : HEADING.subList(0, HEADING.size() - 1);
        print(
                shown,
                HumanText.table(
                        heading, shown.stream().map(backup -> row(backup, now)).toList()));
        if (newest.more()) {
            note("there are older ones: "
                    + (shownAtMost == MOST
                            ? "--before " + shown.get(shown.size() - 1).timestamp() + " shows them"
                            : "--limit shows more, --all up to " + MOST));
        }
        return RedisVault.DONE;
    }

    private static String others(BackupCatalog catalog) {
        List<String> nodes = catalog.nodes().await().indefinitely().stream()
                .map(NodeBackups::node)
                .toList();
        if (nodes.isEmpty()) {
            return "nor of any other node";
        }
        int more = nodes.size() - MOST_NAMED;
        return "there are backups of " + String.join(", ", nodes.subList(0, Math.min(MOST_NAMED, nodes.size())))
                + (more > 0 ? " and " + more + " others: redis-vault nodes lists them" : "");
    }

    private static List<String> row(Backup backup, Instant now) {
        Backup.Rdb rdb = backup.rdb();
        return List.of(
                backup.name(),
                HumanText.time(backup.timestamp()),
                HumanText.age(backup.timestamp(), now),
                HumanText.bytes(backup.bytes()),
                backup.dumpBytes() == null ? "-" : HumanText.bytes(backup.dumpBytes()),
                rdb == null ? "-" : rdb.producer(),
                rdb == null ? "-" : rdb.verified() ? "yes" : "no",
                backup.slots().orElse("-"));
    }
}
