package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.drill.Drill;
import io.redisvault.drill.DrillOptions;
import io.redisvault.drill.Drilled;
import io.redisvault.drill.ServerProgram;
import jakarta.enterprise.inject.Instance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Proves that a backup can be restored. */
@RegisterForReflection
@Command(
        name = "drill",
        description = "Restore a backup into a temporary directory, load it with a real server, count its keys.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault drill",
            "  redis-vault drill --redis-server /usr/bin/valkey-server --work-dir /scratch --json"
        })
final class DrillCommand extends VaultCommand {

    @Spec
    private CommandSpec command;

    @Mixin
    private BackupChoice choice;

    @Option(
            names = "--redis-server",
            paramLabel = "PATH",
            description = "program to load it with; redis-server or valkey-server of the PATH by default")
    private Path server;

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
    private Duration timeout;

    @Override
    public Integer call() {
        // For the socket of the server.
        System.setProperty("quarkus.vertx.prefer-native-transport", "true");
        return super.call();
    }

    @Override
    int run(Instance<Object> beans) {
        DrillOptions options = new DrillOptions(program(), workDirectory, Optional.ofNullable(timeout));
        Progress progress = new Progress();
        Drilled drilled = progress.await(
                beans.select(Drill.class).get().run(choice.selection(), options, progress::follow, progress::step));
        print(DrillReport.of(drilled), DrillReport.text(drilled));
        return drilled.passed() ? RedisVault.DONE : RedisVault.FAILED;
    }

    private Path program() {
        if (server != null && !ServerProgram.runs(server)) {
            throw new ParameterException(command.commandLine(), "--redis-server: '" + server + "' is not a program");
        }
        return Optional.ofNullable(server)
                .or(() -> Optional.ofNullable(System.getenv("PATH")).flatMap(ServerProgram::find))
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(),
                        "there is no redis-server or valkey-server in the PATH: install one, or name one with"
                                + " --redis-server"));
    }
}
