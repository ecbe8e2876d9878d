package io.redisvault.cli;

import io.redisvault.drill.Drill;
import io.redisvault.drill.DrillResult;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves that a backup can be restored: see {@link Drill}. */
@Command(
        name = "drill",
        description = "Prove that a backup can be restored: load it into a real server and count its keys.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault drill",
            "  redis-vault drill --work-dir /scratch --json",
            "  redis-vault drill --redis-server /usr/bin/valkey-server",
            "  redis-vault drill --into redis://scratch:6379 --listen 10.0.0.7:7000 --flush"
        })
final class DrillCommand extends LoadingCommand {

    @Inject
    Drill drill;

    @Option(
            names = "--redis-server",
            paramLabel = "PATH",
            description = "server program to start; default: redis-server or valkey-server on the PATH")
    private Optional<Path> program;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "directory with space for the dump; default: ${DEFAULT-VALUE}")
    private Path workDirectory;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "time that loading may take; default: 1m, plus 1s for each 4 MiB")
    private Optional<Duration> timeout;

    @Option(names = "--flush", description = "remove all keys from the server of --into after the drill has passed")
    private boolean flush;

    @Override
    void beforeStart() {
        checkInto("--redis-server", "--work-dir");
        if (flush && !isInto()) {
            throw wrong("--flush goes with --into only");
        }
        // The drill talks to its server over a Unix socket.
        System.setProperty("quarkus.vertx.prefer-native-transport", "true");
    }

    @Override
    public Integer call() throws IOException {
        Progress progress = new Progress();
        DrillResult result = progress.await(
                isInto()
                        ? drill.into(selection(), liveOptions(false, true, timeout), flush, progress)
                        : drill.run(selection(), program(), workDirectory, timeout, progress));
        print(result, text(result));
        return result.passed() ? RedisVault.DONE : RedisVault.FAILED;
    }

    private static String text(DrillResult result) {
        List<String> lines = new ArrayList<>();
        lines.add("restored " + result.backup().name() + ": " + HumanText.backup(result.backup()));
        if (result.passed()) {
            lines.add("loaded by " + result.server());
            result.databases()
                    .forEach(keys -> lines.add("database " + keys.database() + ": " + HumanText.keys(keys.loaded())));
            if (result.expired() != null && result.expired() > 0) {
                lines.add("left out as expired: " + HumanText.keys(result.expired()));
            }
        }
        lines.add(result.passed() ? "drill passed in " + result.seconds() + " s" : "drill failed: " + result.reason());
        return String.join(System.lineSeparator(), lines);
    }

    private Path program() {
        if (program.isPresent() && !Drill.isProgram(program.get())) {
            throw wrong("--redis-server: '" + program.get() + "' is not a program");
        }
        return program.or(() -> Optional.ofNullable(System.getenv("PATH")).flatMap(Drill::findServer))
                .orElseThrow(() ->
                        wrong("there is no redis-server or valkey-server in the PATH: install one, or name one with"
                                + " --redis-server"));
    }
}
