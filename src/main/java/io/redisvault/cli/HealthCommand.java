package io.redisvault.cli;

import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Asks the running service whether it works, for images without curl or the like. Does not start Quarkus. */
@Command(
        name = "health",
        description = "Ask the service on this machine whether it works, as a liveness probe does.",
        mixinStandardHelpOptions = true,
        footer = {"%nExample:", "  HTTP_PORT=8080 redis-vault health"})
final class HealthCommand implements Launcher.LocalCommand {

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
            VaultCommand.note("no service answers at " + server + "; HTTP_HOST and HTTP_PORT must be the service's");
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
