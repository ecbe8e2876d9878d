package io.redisvault.cli;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.util.ExceptionUtil;
import io.redisvault.config.Settings;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Checks the arguments and the settings, then starts Quarkus: a mistake is reported without waiting for the start. */
final class Launcher {

    /** A command that runs without Quarkus, even if settings are invalid. */
    interface LocalCommand extends Callable<Integer> {

        @Override
        Integer call();
    }

    /** Word of the system's message "Cannot assign requested address". */
    private static final String OTHER_MACHINE = "assign";

    private Launcher() {}

    static int launch(String... args) {
        if (args.length == 0) {
            return start(null, Optional.empty(), args);
        }
        // This parse only finds out which command is wanted. Quarkus later creates the commands with their beans.
        return CommandLines.of(new RedisVault(), CommandLine.defaultFactory())
                .setExecutionStrategy(parsed -> launch(parsed, args))
                .execute(args);
    }

    private static int launch(ParseResult parsed, String... args) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        RedisVault vault = (RedisVault) parsed.commandSpec().userObject();
        Object command =
                parsed.hasSubcommand() ? parsed.subcommand().commandSpec().userObject() : vault;
        if (command instanceof LocalCommand local) {
            return local.call();
        }
        if (vault.once && command != vault) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "--once goes without a command");
        }
        Optional<String> server = Optional.empty();
        if (command instanceof VaultCommand once) {
            prepareCommand();
            once.beforeStart();
            server = once.server();
            if (once.silence()) {
                System.setProperty("quarkus.log.console.level", "ERROR");
            }
        } else if (vault.once) {
            prepareCommand();
        }
        return start(vault.config, server, args);
    }

    /** Disables the port and the schedule, so that the command can run beside a sidecar. */
    private static void prepareCommand() {
        System.setProperty("quarkus.http.host-enabled", "false");
        System.setProperty("quarkus.scheduler.enabled", "false");
        System.setProperty("quarkus.log.console.stderr", "true");
        // Hides the error of a connection that is still being opened when the command ends.
        System.setProperty("quarkus.log.category.\"io.quarkus.vertx.core.runtime\".level", "OFF");
        // No stack traces of blocked threads: a slow machine is not a bug.
        System.setProperty("quarkus.vertx.warning-exception-time", "1h");
        if (Progress.onTerminal() && System.getenv("LOG_LEVEL") == null) {
            // On a terminal the command itself reports what it does.
            System.setProperty("quarkus.log.console.level", "WARN");
            System.setProperty("quarkus.log.console.format", "redis-vault: %s%e%n");
        }
    }

    private static int start(Path config, Optional<String> server, String... args) {
        List<String> mistakes = Settings.check(Optional.ofNullable(config), server);
        if (!mistakes.isEmpty()) {
            return refuse(mistakes);
        }
        useZstdBeside(Path.of("/proc/self/exe"));
        AtomicInteger exitCode = new AtomicInteger();
        Quarkus.run(
                RedisVault.class,
                (code, failure) -> exitCode.set(failure == null ? code : explain(failure, code)),
                args);
        return exitCode.get();
    }

    /** Uses zstd's library beside the native executable: unpacking one fails on a read-only root file system. */
    static void useZstdBeside(Path executable) {
        try {
            Path library = executable.toRealPath().resolveSibling("libzstd-jni.so");
            if (Files.exists(library)) {
                System.setProperty("ZstdNativePath", library.toString());
            }
        } catch (IOException noProc) {
            // No /proc: zstd unpacks its own library.
        }
    }

    /** Prints why Quarkus did not start; returns the exit code. */
    private static int explain(Throwable failure, int code) {
        Throwable cause = ExceptionUtil.getRootCause(failure);
        if (cause instanceof ConfigValidationException invalid) {
            return refuse(IntStream.range(0, invalid.getProblemCount())
                    .mapToObj(i -> invalid.getProblem(i).getMessage())
                    .toList());
        }
        boolean bind = cause instanceof BindException;
        if (cause instanceof UnknownHostException
                || cause instanceof UnresolvedAddressException
                || bind && cause.getMessage().contains(OTHER_MACHINE)) {
            VaultCommand.error("cannot listen on " + setting("host")
                    + ": no address of this machine; set HTTP_HOST to one, or leave it out");
        } else if (bind) {
            VaultCommand.error("cannot listen on port " + setting("port") + ": "
                    + (cause.getMessage().contains("in use") ? "another process uses it" : "this user may not")
                    + "; set HTTP_PORT to a free one");
        } else {
            VaultCommand.error("could not start:");
            failure.printStackTrace();
        }
        return code;
    }

    private static int refuse(List<String> mistakes) {
        mistakes.forEach(VaultCommand::error);
        return RedisVault.WRONG_USAGE;
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue("quarkus.http." + name, String.class);
    }
}
