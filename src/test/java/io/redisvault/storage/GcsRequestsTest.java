package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsRequestsTest {

    @TempDir
    Path directory;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final CountDownLatch serverMayEnd = new CountDownLatch(1);
    private final SSLSocketFactory usual = HttpsURLConnection.getDefaultSSLSocketFactory();
    private GcsRequests requests;
    private SSLContext tls;
    private HttpServer server;

    @BeforeEach
    void trustTheServer() throws Exception {
        tls = selfSigned();
        HttpsURLConnection.setDefaultSSLSocketFactory(tls.getSocketFactory());
        requests = new GcsRequests(executor);
    }

    @AfterEach
    void stop() {
        HttpsURLConnection.setDefaultSSLSocketFactory(usual);
        serverMayEnd.countDown();
        server.stop(0);
        executor.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void stoppingEndsARequestThatTheServerDoesNotRead(String scheme) throws Exception {
        URL url = startServer(scheme);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> requests.during(() -> send(url)), executor);
        Thread.sleep(1000);
        assertThat(call).isNotDone();

        requests.stop();

        assertThatThrownBy(() -> call.get(1, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void stoppingEndsARequestThatTheServerDoesNotAnswer(String scheme) throws Exception {
        URL url = startServer(scheme);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> requests.during(() -> receive(url)), executor);
        Thread.sleep(500);

        requests.stop();

        assertThatThrownBy(() -> call.get(1, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void nothingStartsAfterStopping() throws Exception {
        URL url = startServer("http");
        requests.stop();

        assertThatThrownBy(() -> requests.during(() -> send(url))).isInstanceOf(CancellationException.class);
    }

    @Test
    void theThreadOfAStoppedCallIsNotLeftInterrupted() throws Exception {
        startServer("http");
        requests.during(() -> {
            GcsRequests.sessionOpened("session");
            requests.stop();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return null;
        });

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static Void send(URL url) {
        try {
            HttpURLConnection connection = GcsRequests.connect(url);
            GcsRequests.sessionOpened("session");
            connection.setRequestMethod("PUT");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(64 * 1024 * 1024);
            try (OutputStream out = connection.getOutputStream()) {
                for (int i = 0; i < 64 * 16; i++) {
                    out.write(new byte[64 * 1024]);
                }
            }
            connection.getResponseCode();
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Void receive(URL url) {
        try {
            GcsRequests.sessionOpened("session");
            GcsRequests.connect(url).getResponseCode();
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URL startServer(String scheme) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (scheme.equals("https")) {
            HttpsServer https = HttpsServer.create(address, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = https;
        } else {
            server = HttpServer.create(address, 0);
        }
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            try {
                serverMayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        return new URL(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private SSLContext selfSigned() throws Exception {
        Path file = directory.resolve("keys.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
