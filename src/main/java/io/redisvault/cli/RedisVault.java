package io.redisvault.cli;

import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code redis-vault}: serves, unless it is told to do one thing and exit. */
@QuarkusMain
@RegisterForReflection
@Command(
        name = "redis-vault",
        description = "Backs up the dump of the Redis beside it, on a schedule and on request.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            BackupCommand.class,
            ListCommand.class,
            VerifyCommand.class,
            RestoreCommand.class,
            DrillCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage or configuration", "3:nothing to do"})
public final class RedisVault implements Callable<Integer> {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int NOTHING_TO_DO = 3;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "configuration file; config.yaml in the working directory if there is one")
    private Path config;

    @Option(names = "--once", description = "run one backup and exit, as the command backup does")
    private boolean once;

    public static void main(String... args) {
        String[] given = withoutName(args);
        // Most starts are this one, and it need not wait for a parser of options.
        System.exit(given.length == 0 ? new Launch(null).serve() : Options.execute(given));
    }

    /** Where the program is what an image runs, some name it once more: {@code docker run redis-vault redis-vault list}. */
    private static String[] withoutName(String... args) {
        boolean named = args.length > 0 && args[0].equals("redis-vault");
        return named ? Arrays.copyOfRange(args, 1, args.length) : args;
    }

    @Override
    public Integer call() {
        return once ? new BackupCommand(this).call() : launch().serve();
    }

    Launch launch() {
        return new Launch(config);
    }
}
