package io.redisvault.cli;

import io.redisvault.restore.LiveRestore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A command that can load a backup into a running server: the options that restore and drill share. */
abstract class LoadingCommand extends SelectingCommand {

    @Option(
            names = "--into",
            paramLabel = "ADDRESS",
            description =
                    "load the backup into this running server: redis://[user:password@]host:port, or rediss:// for"
                            + " TLS; if it is the server of the settings, their password is the default")
    private Optional<String> into;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "address where the server of --into reaches this command; default: loopback")
    private Optional<LiveRestore.ListenAddress> listen;

    @Override
    Optional<String> server() {
        return into;
    }

    boolean isInto() {
        return into.isPresent();
    }

    LiveRestore.Options liveOptions(boolean force, boolean scratch, Optional<Duration> timeout) {
        return new LiveRestore.Options(listen, force, scratch, timeout);
    }

    /**
     * Throws if the command line has options that do not go together.
     *
     * @param otherwise options that are not allowed with {@code --into}
     */
    void checkInto(String... otherwise) {
        if (!isInto() && listen.isPresent()) {
            throw wrong("--listen goes with --into only");
        }
        command.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(option -> isInto() && List.of(otherwise).contains(option))
                .findFirst()
                .ifPresent(option -> {
                    throw wrong(option + " does not go with --into, leave out one of them");
                });
    }
}
