package io.redisvault.cli;

import io.redisvault.restore.LiveOptions.ListenAddress;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that name a running server to load a backup into. */
final class ServerOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--into",
            paramLabel = "ADDRESS",
            description =
                    "a running server that loads the backup without a restart: redis://[user:password@]host:port,"
                            + " or rediss:// with REDIS_CA_FILE; the password of the settings if it is the server of the settings")
    private Optional<String> address;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "where a server on another machine reaches this one to fetch the backup")
    private Optional<ListenAddress> listen;

    Optional<String> address() {
        return address;
    }

    Optional<ListenAddress> listen() {
        return listen;
    }

    /**
     * Refuses options that do not go together.
     *
     * @param otherwise options that mean nothing with {@code --into}
     */
    void check(List<String> otherwise) {
        if (address.isEmpty() && listen.isPresent()) {
            throw wrong("--listen goes with --into only");
        }
        if (address.isPresent()) {
            command.commandLine().getParseResult().matchedOptions().stream()
                    .map(OptionSpec::longestName)
                    .filter(otherwise::contains)
                    .findFirst()
                    .ifPresent(option -> {
                        throw wrong(option + " does not go with --into, leave out one of them");
                    });
        }
    }

    ParameterException wrong(String what) {
        return new ParameterException(command.commandLine(), what);
    }
}
