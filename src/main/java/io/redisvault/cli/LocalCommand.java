package io.redisvault.cli;

import io.redisvault.codec.AgeKeys;
import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that runs without Quarkus, even if settings are invalid. */
interface LocalCommand extends Callable<Integer> {

    @Override
    Integer call();

    /** Asks the running service whether it works, for images without curl or the like. Does not start Quarkus. */
    @Command(
            name = "health",
            description = "Ask the service on this machine whether it works, as a probe does: exit code 0 or 1.",
            mixinStandardHelpOptions = true,
            footer = {"%nExample:", "  HTTP_PORT=8080 redis-vault health"})
    final class Health implements LocalCommand {

        private static final int TIMEOUT_MILLIS = 3000;

        @ParentCommand
        private RedisVault vault;

        @Override
        public Integer call() {
            VaultConfig.Http http = Settings.ofProcess(Optional.ofNullable(vault.config), Optional.empty())
                    .typed()
                    .http();
            // The service may listen on all addresses, which is no address to connect to.
            String host = http.host().matches("0\\.0\\.0\\.0|::") ? "localhost" : http.host();
            String server = host + ", port " + http.port();
            try {
                int status = http.tlsCertFile().isPresent() ? connect(host, http.port()) : ask(host, http.port());
                if (status == HttpURLConnection.HTTP_OK) {
                    return RedisVault.DONE;
                }
                VaultCommand.note("the service at " + server + " answers " + status);
            } catch (IOException | URISyntaxException e) {
                VaultCommand.note(
                        "no service answers at " + server + "; HTTP_HOST and HTTP_PORT must be the service's");
            }
            return RedisVault.FAILED;
        }

        private static int ask(String host, int port) throws IOException, URISyntaxException {
            URI live = new URI("http", null, host, port, "/q/health/live", null, null);
            HttpURLConnection call = (HttpURLConnection) live.toURL().openConnection(Proxy.NO_PROXY);
            call.setConnectTimeout(TIMEOUT_MILLIS);
            call.setReadTimeout(TIMEOUT_MILLIS);
            return call.getResponseCode();
        }

        /** Only checks that a TLS port is open: its certificate need not be valid for this address. */
        private static int connect(String host, int port) throws IOException {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
                return HttpURLConnection.HTTP_OK;
            }
        }
    }

    /** Makes an age identity and its recipient; the output is that of {@code age-keygen}. */
    @Command(
            name = "keygen",
            description = "Print a new identity of age, to be kept secret, and the recipient that belongs to it.",
            mixinStandardHelpOptions = true,
            footer = {"%nExamples:", "  (umask 077; redis-vault keygen > key.txt)"})
    final class Keygen implements LocalCommand {

        @Override
        public Integer call() {
            AgeKeys.Pair keys = AgeKeys.generate();
            System.out.println("# created: " + Instant.now().truncatedTo(ChronoUnit.SECONDS));
            System.out.println("# public key: " + keys.recipient());
            System.out.println(keys.identity());
            if (!Progress.onTerminal()) {
                System.err.println("Public key: " + keys.recipient());
            }
            return RedisVault.DONE;
        }
    }

    /** Prints a script with which a shell completes our commands and options. */
    @Command(
            name = "completion",
            description = "Print a script by which a shell completes commands and options.",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:",
                "  source <(redis-vault completion bash)",
                "  redis-vault completion zsh > ~/.redis-vault-completion"
            })
    final class Completion implements LocalCommand {

        private enum Shell {
            BASH,
            ZSH
        }

        /** Not used: the same script works in both shells. */
        @Parameters(paramLabel = "bash|zsh", description = "the shell")
        private Shell shell;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() {
            CommandSpec all = command.root();
            System.out.print(AutoComplete.bash(all.name(), all.commandLine()));
            return RedisVault.DONE;
        }
    }
}
