package io.redisvault.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.redisvault.LoggedLines;
import io.redisvault.servers.GcsServer;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.TunnelProxy;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How Google's server is reached, and what is said where it is not: one line with the cause and the setting that mends it. */
class GcsMessagesTest {

    private static final String SECRET = "AHmf5lnjTeLyR_pA2GVL";
    private static final List<String> LEAKS = List.of(
            "PUT https://storage.googleapis.com/upload/storage/v1/b/b/o?uploadType=resumable&upload_id=" + SECRET,
            "https://storage.googleapis.com/b/o?X-Goog-Signature=" + SECRET + "&x=y",
            "Authorization: Bearer " + SECRET,
            "token ya29." + SECRET,
            "access_token=" + SECRET,
            "{\"upload_id\": \"" + SECRET + "\"}",
            "signature: " + SECRET);

    @AutoClose
    private final GcsServer server = GcsServer.start().withBucket("backups");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            413 | text/plain | Too large for this proxy | Too large for this proxy (HTTP 413)
            507 | text/plain | The disk is full | The disk is full (HTTP 507)
            403 | application/json | {"error":{"message":"Quota of the project\\nis used up","errors":[{"reason":"rateLimitExceeded"}]}} | Quota of the project is used up (HTTP 403)
            404 | application/json | {"error":{"code":404,"message":"The specified bucket does not exist."}} | create it or correct GCS_BUCKET: The specified bucket does not exist. (HTTP 404)
            404 | text/html | <html>Not here</html> | answered with a web page; check GCS_ENDPOINT
            200 | text/html | <!DOCTYPE html><html>Sign in</html> | answered with a web page; check GCS_ENDPOINT
            401 | application/json | {"error":{"message":"Invalid Credentials"}} | check GOOGLE_APPLICATION_CREDENTIALS
            400 | application/json | {"error":"odd"} | (HTTP 400)
            """)
    void answersAreSaidInOneLine(int status, String type, String body, String expected) {
        server.answerAlways(status, type, body);

        assertThat(failureOfAPut(storage(server.uri())))
                .contains("gs://backups/key")
                .contains(expected);
        assertThat(failureOfAList(storage(server.uri()))).contains(expected);
    }

    @Test
    void aRedirectNamesWhereTo() {
        server.redirectTo("https://storage.example.org/path?token=" + SECRET);

        assertThat(failureOfAPut(storage(server.uri())))
                .contains("redirects to https://storage.example.org/path")
                .contains("correct GCS_ENDPOINT");
    }

    @Test
    void anAddressThatDoesNotAnswerIsNamed() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(failureOfAPut(storage(URI.create("http://127.0.0.1:" + free))))
                .contains("connection to 127.0.0.1:" + free + " refused; check GCS_ENDPOINT");
        assertThat(failureOfAPut(storage(URI.create("http://no.such.host.invalid"))))
                .contains("no.such.host.invalid cannot be resolved; check GCS_ENDPOINT");
        try (ServerSocket silent = new ServerSocket(0)) {
            assertThat(failureOfAPut(storage(URI.create("http://127.0.0.1:" + silent.getLocalPort()))))
                    .contains("did not answer within 1 s (STORAGE_TIMEOUT)");
        }
    }

    @Test
    void thatAServerIsWaitedForIsSaidOnceWithTheReason() {
        server.answerAlways(503, "text/plain", "Busy");
        try (LoggedLines notices = new LoggedLines(Notice.class.getName())) {
            Cancellable list = new GcsStorage(
                            "backups",
                            new GcsClient(new GcsClient.Options(
                                    Optional.of(server.uri()), true, Optional.empty(), Duration.ofMinutes(1))),
                            Infrastructure.getDefaultWorkerPool())
                    .list("")
                    .subscribe()
                    .with(object -> {});
            await().until(() -> !notices.texts().isEmpty());
            list.cancel();

            assertThat(notices.texts())
                    .singleElement()
                    .asString()
                    .matches("waiting for Google Cloud Storage at "
                            + server.uri().getAuthority()
                            + ", up to 11\\d s more \\(STORAGE_TIMEOUT\\): (it answers HTTP 503|no answer yet)");
        }
    }

    @Test
    void anErrorInAnAnswerThatSaysSuccessIsNoDeletionAndNoUpload() {
        server.answerAlways(200, "application/json", "{\"error\":{\"message\":\"Not now\"}}");

        assertThat(BackupStorageContract.result(
                                storage(server.uri()).delete(List.of("key")).toUni())
                        .failure())
                .hasValueSatisfying(failure -> assertThat(failure).hasMessageContaining("refused: Not now (HTTP 200)"));
        assertThat(failureOfAPut(storage(server.uri()))).doesNotContain("DELETE IT");
    }

    @Test
    void troubleWithTlsIsSaid() throws IOException {
        server.behindTls();
        try (PlainServer plain = new PlainServer()) {
            assertThat(failureOfAPut(storage(URI.create("https://127.0.0.1:" + plain.port()))))
                    .contains("no TLS with 127.0.0.1:" + plain.port());
        }
        try (TlsProxy tls = TlsProxy.to(server.uri().getPort());
                TlsProxy named =
                        TlsProxy.withCertificateFor("elsewhere", server.uri().getPort())) {
            URI endpoint = URI.create("https://localhost:" + tls.port());
            assertThat(failureOfAPut(storage(endpoint)))
                    .contains("no authority that is known here")
                    .contains("GCS_CA_FILE");
            assertThat(failureOfAPut(storage(URI.create("http://localhost:" + tls.port()))))
                    .contains("the connection to localhost:" + tls.port() + " broke");

            assertThat(failureOfAPut(storage(
                            options(URI.create("https://localhost:" + named.port()), true, named.certificate()))))
                    .contains("the certificate of localhost:" + named.port() + " is not valid");
            GcsStorage trusting = storage(options(endpoint, true, tls.certificate()));
            BackupStorageContract.result(trusting.put("key", new TestContent(1, 9_000_000).content(), Map.of()));
            assertThat(BackupStorageContract.result(trusting.head("key")).size())
                    .isEqualTo(9_000_000);
        }
    }

    @Test
    void secretsInAnswersAreNotRepeated() {
        for (String leak : LEAKS) {
            for (int status : new int[] {400, 403, 404, 410, 412}) {
                for (String body : List.of(leak, "{\"error\":{\"message\":\"" + leak.replace("\"", "\\\"") + "\"}}")) {
                    server.answerAlways(status, "application/json", body);
                    assertThat(failureOfAPut(storage(server.uri()))).doesNotContain(SECRET);
                }
            }
        }
    }

    @Test
    void theAddressOfAnUploadIsNotRepeated() {
        for (int status : new int[] {400, 403, 499}) {
            server.endSessionAfter(1, status);
            assertThat(failureOfAPut(storage(server.uri()))).doesNotContain("upload_id");
        }
    }

    @Test
    void credentialsAreSentToAnEndpointUnlessThereAreToBeNone() throws Exception {
        GoogleCredentials credentials = serviceAccount();
        GcsClient.Options options = options(server.uri(), false, null);

        GcsStorage storage = storage(new GcsClient(options, transport -> credentials, Map.of()));
        BackupStorageContract.result(storage.put("key", new TestContent(1, 1000).content(), Map.of()));
        BackupStorageContract.result(storage.head("key"));
        assertThat(server.authorizations()).contains("Bearer " + GcsServer.TOKEN);
        server.authorizations().clear();

        BackupStorageContract.result(storage(server.uri()).head("key"));
        assertThat(server.authorizations()).containsExactly("nobody");
    }

    @Test
    void missingCredentialsAreNamedWithWhatMendsIt() {
        GcsClient client = new GcsClient(
                options(server.uri(), false, null),
                transport -> {
                    throw new IOException("Your default credentials were not found.");
                },
                Map.of());

        assertThat(failureOfAPut(storage(client)))
                .contains("GOOGLE_APPLICATION_CREDENTIALS")
                .contains("GCS_CREDENTIALS=none");
    }

    @Test
    void aRefusedKeyIsSaidWithoutJson() throws Exception {
        GoogleCredentials credentials = serviceAccount();
        server.answerAlways(
                400,
                "application/json",
                "{\"error\":\"invalid_grant\",\n\"error_description\":\"Invalid JWT Signature.\"}");
        GcsClient client = new GcsClient(options(server.uri(), false, null), transport -> credentials, Map.of());

        assertThat(failureOfAPut(storage(client)))
                .contains("no access token: Invalid JWT Signature. (HTTP 400)")
                .contains("check GOOGLE_APPLICATION_CREDENTIALS");
    }

    @Test
    void aServerIsReachedThroughTheProxyOfTheEnvironment() {
        Map<String, String> environment = Map.of("http_proxy", server.uri().toString());
        GcsClient.Options options = options(URI.create("http://gcs.example.invalid"), true, null);

        GcsStorage storage = storage(new GcsClient(options, transport -> null, environment));
        BackupStorageContract.result(storage.put("key", new TestContent(1, 1000).content(), Map.of()));

        assertThat(BackupStorageContract.result(storage(server.uri()).head("key"))
                        .size())
                .isEqualTo(1000);
    }

    @Test
    void aServerIsReachedWithTlsThroughAProxyThatWantsAPassword() {
        server.behindTls();
        try (TlsProxy tls = TlsProxy.to(server.uri().getPort());
                TunnelProxy proxy = TunnelProxy.forUser("user:" + SECRET)) {
            GcsClient.Options options = options(URI.create("https://localhost:" + tls.port()), true, tls.certificate());

            GcsStorage storage = storage(new GcsClient(
                    options,
                    transport -> null,
                    Map.of("HTTPS_PROXY", proxy.uriOfUser().toString())));
            BackupStorageContract.result(storage.put("key", new TestContent(1, 9_000_000).content(), Map.of()));
            assertThat(proxy.tunnels()).contains("localhost:" + tls.port());

            GcsStorage stranger = storage(new GcsClient(
                    options,
                    transport -> null,
                    Map.of("HTTPS_PROXY", proxy.uri().toString())));
            assertThat(failureOfAPut(stranger)).contains("the proxy wants a user and password");
        }
    }

    @Test
    void aProxyThatRefusesIsNamed() {
        GcsClient.Options options = options(URI.create("http://gcs.example.invalid"), true, null);
        Map<String, String> environment = Map.of("HTTP_PROXY", "http://user:" + SECRET + "@127.0.0.1:9");

        assertThat(failureOfAPut(storage(new GcsClient(options, transport -> null, environment))))
                .contains("gcs.example.invalid by way of the proxy 127.0.0.1:9 refused")
                .contains("HTTPS_PROXY")
                .doesNotContain(SECRET);
    }

    /** Answers whatever comes as a web server does that was asked for nonsense. */
    private static final class PlainServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0);

        PlainServer() throws IOException {
            Thread thread = new Thread(this::serve);
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try {
                while (true) {
                    try (Socket client = listener.accept()) {
                        client.getInputStream().read(new byte[100]);
                        client.getOutputStream()
                                .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private GoogleCredentials serviceAccount() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        return ServiceAccountCredentials.newBuilder()
                .setClientEmail("sidecar@project.iam.gserviceaccount.com")
                .setPrivateKey(keys.generateKeyPair().getPrivate())
                .setTokenServerUri(server.uri().resolve("/token"))
                .build();
    }

    private static GcsStorage storage(URI endpoint) {
        return storage(options(endpoint, true, null));
    }

    private static GcsStorage storage(GcsClient.Options options) {
        return storage(new GcsClient(options));
    }

    private static GcsStorage storage(GcsClient client) {
        return new GcsStorage("backups", client, Runnable::run);
    }

    private static GcsClient.Options options(URI endpoint, boolean anonymous, Path caFile) {
        return new GcsClient.Options(
                Optional.of(endpoint), anonymous, Optional.ofNullable(caFile), Duration.ofSeconds(1));
    }

    private static String failureOfAPut(GcsStorage storage) {
        return failure(() ->
                BackupStorageContract.result(storage.put("key", new TestContent(1, 20_000_000).content(), Map.of())));
    }

    private static String failureOfAList(GcsStorage storage) {
        return failure(
                () -> BackupStorageContract.result(storage.list("").collect().asList()));
    }

    /** Its message, in which, and in all that caused it, nobody finds what must not be said. */
    private static String failure(Runnable call) {
        StorageException failure = catchThrowableOfType(StorageException.class, call::run);
        assertThat(failure.getMessage()).doesNotContain("\n", "{", "Exception", "com.google", "java.");
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        assertThat(all.toString()).doesNotContain(SECRET, "upload_id", GcsServer.TOKEN);
        return failure.getMessage();
    }
}
