package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.TlsIdentity;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our port with a certificate. */
class HttpTlsIT {

    private static final String TOKEN = "0123456789abcdef-token";

    @TempDir
    private Path directory;

    @Test
    void everythingIsAnsweredOverTlsAndNothingWithoutIt() throws Exception {
        TlsIdentity first = identity("first");
        TlsIdentity renewed = identity("renewed");
        int port = VaultProcess.Builder.freePort();
        try (VaultProcess vault = vault(first)
                .and("HTTP_PORT", String.valueOf(port))
                .and("API_TOKEN_FILE", token().toString())
                .and("QUARKUS_TLS_HTTP_RELOAD_PERIOD", "1s")
                .launch()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreException(ConnectException.class)
                    .until(is200(() -> get(first, port, "/q/health/ready")));
            for (String probe : List.of("/q/health/live", "/q/health/ready", "/q/health/started", "/q/metrics")) {
                HttpResponse<String> answer = get(first, port, probe);
                assertThat(answer.statusCode()).as(probe).isEqualTo(200);
                assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            }
            assertThat(get(first, port, "/backup").statusCode()).isEqualTo(401);
            assertThat(get(first, port, "/backup", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(200);
            HostileRequest plain =
                    HostileRequest.bytes("plain HTTP", "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(HostileRequest.statuses(plain.sendTo(port))).isEmpty();
            assertThatThrownBy(() -> get(renewed, port, "/q/health/live")).isInstanceOf(SSLHandshakeException.class);

            replace(renewed.certificate(), first.certificate());
            replace(renewed.key(), first.key());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreException(SSLHandshakeException.class)
                    .until(is200(() -> get(renewed, port, "/q/health/live")));
            assertThat(vault.isRunning()).isTrue();
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsAClearMistake() throws IOException {
        TlsIdentity identity = identity("one");
        Exit exit = vault(identity)
                .and("HTTP_TLS_KEY_FILE", identity("other").key().toString())
                .run();
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err().lines())
                .singleElement()
                .asString()
                .contains("HTTP_TLS_KEY_FILE: '", "is not the private key of");
    }

    private TlsIdentity identity(String name) throws IOException {
        return TlsIdentity.generate(Files.createDirectory(directory.resolve(name)), "dns:localhost");
    }

    private Path token() throws IOException {
        return Files.writeString(directory.resolve("token"), TOKEN + "\n");
    }

    private VaultProcess.Builder vault(TlsIdentity identity) {
        return VaultProcess.with(Map.of(
                "HTTP_TLS_CERT_FILE",
                identity.certificate().toString(),
                "HTTP_TLS_KEY_FILE",
                identity.key().toString(),
                "HTTP_PORT",
                "0",
                "INITIAL_DELAY",
                "1h",
                "STORAGE_URL",
                "file://" + directory.resolve("backups")));
    }

    private static void replace(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Callable<Boolean> is200(Callable<HttpResponse<String>> call) {
        return () -> call.call().statusCode() == 200;
    }

    /** By a client of its own, so that no connection is used twice. */
    private static HttpResponse<String> get(TlsIdentity trusted, int port, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path));
        return HttpClient.newBuilder()
                .sslContext(trusted.trustingContext())
                .build()
                .send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }
}
