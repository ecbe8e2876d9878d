package io.redisvault.cli;

import io.redisvault.drill.Drill;
import io.redisvault.drill.DrillOptions;
import io.redisvault.drill.DrillResult;
import io.redisvault.drill.RedisServerBinary;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Proves that a backup can be restored. */
@Command(
        name = "drill",
        description = "Restore a backup into a temporary directory, load it with a real server, show its keys.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault drill",
            "  redis-vault drill --work-dir /scratch --json",
            "  redis-vault drill --redis-server /usr/bin/valkey-server"
        })
final class DrillCommand extends VaultCommand {

    @Inject
    Drill drill;

    @Spec
    private CommandSpec command;

    @Mixin
    private BackupOptions backup;

    @Option(
            names = "--redis-server",
            paramLabel = "PATH",
            description = "program to load it with; redis-server or valkey-server of the PATH by default")
    private Optional<Path> server;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "directory with as much space as the dump needs; ${DEFAULT-VALUE} by default")
    private Path workDirectory;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "for the loading; 1m and a second for each 4 MiB by default")
    private Optional<Duration> timeout;

    @Override
    void beforeStart() {
        // For the socket of the server.
        System.setProperty("quarkus.vertx.prefer-native-transport", "true");
    }

    @Override
    public Integer call() {
        DrillOptions options = new DrillOptions(program(), workDirectory, timeout);
        Progress progress = new Progress();
        DrillResult result = progress.await(drill.run(backup.selection(), options, progress::follow, progress::step));
        print(result, text(result));
        return result.passed() ? RedisVault.DONE : RedisVault.FAILED;
    }

    private static String text(DrillResult result) {
        List<String> lines = new ArrayList<>();
        lines.add("restored " + result.backup().name() + ": " + HumanText.backup(result.backup()));
        if (result.passed()) {
            lines.add("loaded by " + result.server());
            result.databases().forEach(keys -> lines.add("database " + keys.database() + ": " + keys(keys.loaded())));
            if (result.expired() != null && result.expired() > 0) {
                lines.add("left out as expired: " + keys(result.expired()));
            }
        }
        lines.add(result.passed() ? "drill passed in " + result.seconds() + " s" : "drill failed: " + result.reason());
        return String.join(System.lineSeparator(), lines);
    }

    private static String keys(long number) {
        return number + (number == 1 ? " key" : " keys");
    }

    private Path program() {
        if (server.isPresent() && !RedisServerBinary.runs(server.get())) {
            throw wrong("--redis-server: '" + server.get() + "' is not a program");
        }
        return server.or(() -> Optional.ofNullable(System.getenv("PATH")).flatMap(RedisServerBinary::find))
                .orElseThrow(() ->
                        wrong("there is no redis-server or valkey-server in the PATH: install one, or name one with"
                                + " --redis-server"));
    }

    private ParameterException wrong(String what) {
        return new ParameterException(command.commandLine(), what);
    }
}
