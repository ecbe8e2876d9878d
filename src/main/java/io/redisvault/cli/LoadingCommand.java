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
                    "a running server that loads the backup without a restart: redis://[user:password@]host:port,"
                            + " or rediss:// with REDIS_CA_FILE; the password of the settings if it is the server of the settings")
    private Optional<String> into;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "where a server on another machine reaches this one to fetch the backup")
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
