package io.redisvault.cli;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.redisvault.backup.BackupRunner;
import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program {@code redis-vault}: runs as a service, unless a command or {@code --once} does one thing and exits. */
@QuarkusMain
@Command(
        name = "redis-vault",
        description = "Backs up the dump of the Redis beside it, on a schedule and on request.",
        mixinStandardHelpOptions = true,
        subcommands = {
            CheckCommand.class,
            BackupCommand.class,
            ListCommand.class,
            NodesCommand.class,
            VerifyCommand.class,
            RestoreCommand.class,
            DrillCommand.class,
            LocalCommand.Completion.class,
            LocalCommand.Health.class,
            LocalCommand.Keygen.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage or configuration", "3:nothing to do"})
public final class RedisVault implements QuarkusApplication, Callable<Integer> {

    private static final Logger LOG = Logger.getLogger(RedisVault.class);

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int NOTHING_TO_DO = 3;

    @Inject
    IFactory factory;

    @Inject
    CheckCommand check;

    @Inject
    VaultConfig settings;

    @Inject
    BackupRunner runner;

    @Inject
    RedisNode redis;

    @Inject
    BackupCommand backup;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "configuration file; config.yaml in the working directory if there is one")
    Path config;

    @Option(names = "--once", description = "run one backup and exit, as the command backup does")
    boolean once;

    public static void main(String... args) {
        int code = Launcher.launch(withoutName(args));
        // ./mvnw quarkus:dev stops and restarts the program in the same process.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            System.exit(code);
        }
    }

    /** Drops a repeated program name, as in {@code docker run redis-vault redis-vault list}. */
    private static String[] withoutName(String... args) {
        boolean named = args.length > 0 && args[0].equals("redis-vault");
        return named ? Arrays.copyOfRange(args, 1, args.length) : args;
    }

    /** Runs in Quarkus. Without arguments it skips picocli, for a faster start of the service. */
    @Override
    public int run(String... args) {
        Settings.current().warnings().forEach(LOG::warn);
        return args.length == 0 ? serve() : CommandLines.of(this, factory).execute(args);
    }

    @Override
    public Integer call() throws IOException {
        return once ? backup.call() : serve();
    }

    @Command(
            name = "serve",
            description = "Back up on a schedule and answer HTTP, as without a command.",
            mixinStandardHelpOptions = true)
    int serve() {
        check.log();
        if (settings.backup().onShutdown()) {
            runner.backUpAtStop(redis::lastRole);
        }
        Quarkus.waitForExit();
        LOG.info("stopping");
        return DONE;
    }
}
