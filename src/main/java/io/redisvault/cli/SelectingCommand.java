package io.redisvault.cli;

import io.redisvault.cli.CommandLines.NodeName;
import io.redisvault.restore.BackupReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that works on one backup: the options that select it. */
abstract class SelectingCommand extends VaultCommand {

    private static final String LATEST = "latest";

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            defaultValue = LATEST,
            description = "name of the backup, as list shows it; default: latest, the newest one")
    private String name;

    @Option(names = "--node", paramLabel = "NODE", description = "use the backups of another node")
    private Optional<NodeName> node;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            description = "use the newest backup older than this time (UTC): 2026-11-28, 2026-11-28T14:00, '2h ago'")
    private Optional<Instant> before;

    @Option(
            names = "--max-age",
            paramLabel = "DURATION",
            description = "fail if the dump is older than this, such as 24h or 7d")
    private Optional<Duration> maxAge;

    BackupReader.Selection selection() {
        Optional<String> named = Optional.of(name).filter(given -> !given.equals(LATEST));
        if (named.isPresent() && (before.isPresent() || maxAge.isPresent())) {
            throw wrong("--before and --max-age choose the latest backup, '" + name + "' is one");
        }
        return new BackupReader.Selection(named, node.map(NodeName::text), before, maxAge, false);
    }
}
