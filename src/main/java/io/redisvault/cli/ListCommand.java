package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

    /** Each takes memory, of which there is enough for these. */
    private static final int MOST = 5000;

    @Option(names = "--node", paramLabel = "NODE", description = "list the backups of this node, not one's own")
    private NodeName node;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "list the N newest, 100 by default")
    private int limit;

    @Option(names = "--all", description = "list all there are, up to " + MOST)
    private boolean all;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            description = "list those from before this time, such as 2026-11-23T14:00:00Z")
    private Instant before = Instant.MAX;

    @Spec
    private CommandSpec command;

    @Override
    int run(Instance<Object> beans) {
        if (limit < 1) {
            throw new ParameterException(command.commandLine(), "--limit: '" + limit + "' is not 1 or more");
        }
        BackupCatalog own = beans.select(BackupCatalog.class).get();
        BackupCatalog catalog = node == null ? own : own.forNode(node.text());
        int shownAtMost = all ? MOST : Math.min(limit, MOST);
        BackupCatalog.Page newest = catalog.newest(shownAtMost, before).await().indefinitely();
        List<Backup> shown = catalog.withFacts(newest.backups()).await().indefinitely();
        if (shown.isEmpty()) {
            print(shown, "");
            note("there is no backup of node '" + catalog.node() + "'");
            return RedisVault.NOTHING_TO_DO;
        }
        print(shown, table(shown, beans.select(Clock.class).get().instant()));
        if (newest.more()) {
            note("there are older ones: "
                    + (shownAtMost == MOST
                            ? "--before " + shown.get(shown.size() - 1).timestamp() + " shows them"
                            : "--limit shows more, --all up to " + MOST));
        }
        return RedisVault.DONE;
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
