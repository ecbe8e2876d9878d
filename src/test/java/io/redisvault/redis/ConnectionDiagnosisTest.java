package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.redisvault.config.Reading;
import io.redisvault.config.VaultConfig;
import io.redisvault.servers.JvmOnly;
import io.smallrye.mutiny.Uni;
import io.vertx.core.VertxOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of a server that waits for the end of a line, as Redis does without TLS, and then refuses whatever it was. */
class ConnectionDiagnosisTest {

    private final Vertx vertx = Vertx.vertx();
    private ServerSocket server;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        CompletableFuture.runAsync(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    CompletableFuture.runAsync(() -> serve(client));
                }
            } catch (IOException stopped) {
                // The end of the test.
            }
        });
    }

    private static void serve(Socket client) {
        try (client) {
            for (int next = client.getInputStream().read();
                    next >= 0;
                    next = client.getInputStream().read()) {
                if (next == '\n') {
                    client.getOutputStream().write("-NOAUTH nobody asked\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        vertx.closeAndAwait();
    }

    /** The question on the second connection is none of Redis: what it answered to that would be taken for a refusal. */
    @Test
    void anAnswerThatComesLateIsNoRefusal() {
        Uni<String> late = Uni.createFrom().item("late").onItem().delayIt().by(Duration.ofSeconds(1));

        assertThat(diagnosis().firstAnswer(late).await().atMost(Duration.ofSeconds(20)))
                .isEqualTo("late");
    }

    @ParameterizedTest
    @CsvSource({
        "'ERR a\u001b[31m\n\u0000b', 'ERR a [31m b'",
        "'', an error without words",
        "' ', an error without words",
        "NOPERM this user has no permissions to run the 'info' command, NOPERM this user has no permissions to run the 'info' command; give the user +info",
        "NOPERM this user has no permissions to run the 'hello' command, NOPERM this user has no permissions to run the 'hello' command; give the user +hello",
        "'DENIED protected mode is enabled and no password is set, for the default user', 'DENIED protected mode is enabled and no password is set, for the default user'",
        "NOPERM no permissions to run the 'pubsub|numsub' command, NOPERM no permissions to run the 'pubsub|numsub' command; give the user +pubsub|numsub",
        "NOPERM no permissions to access a database, NOPERM no permissions to access a database",
        "ERR unknown command `pubsub`, ERR unknown command `pubsub`",
        "ERR Client sent AUTH but no password is set, ERR Client sent AUTH but no password is set; it asks for no password: leave it out"
    })
    void whatTheServerSaysIsOneLine(String said, String told) {
        assertThat(failure(new IllegalStateException(said)))
                .hasMessage("redis://127.0.0.1:" + server.getLocalPort() + "/0: " + told);
    }

    @Test
    void whatTheServerSaysIsShort() {
        assertThat(failure(new IllegalStateException("ERR " + "x".repeat(100_000)))
                        .getMessage())
                .hasSizeLessThan(400)
                .endsWith("xxx...");
    }

    @Test
    void aConnectionThatBreaksIsClosed() {
        for (IOException broken :
                new IOException[] {new IOException("Connection reset"), new ClosedChannelException()}) {
            assertThat(failure(broken)).hasMessageContaining("closed the connection without an answer");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "redis://nohost.invalid, redis://nohost.invalid:6379/0: the host is not known; correct REDIS_CONNECTION",
        "redis://127.0.0.1:1, '.*Connection refused.*; is it running, is REDIS_CONNECTION right\\?'"
    })
    void anAddressThatNobodyHasIsCalledThat(String address, String said) {
        assertThat(refused(address)).message().matches(said);
    }

    @Test
    @JvmOnly
    void aSocketThatIsMissingIsCalledThat(@TempDir Path directory) {
        assertThat(refused("unix://" + directory + "/socket"))
                .hasMessage("unix://" + directory
                        + "/socket?db=0: there is no such socket; is Redis running, is its directory mounted here?");
    }

    private Throwable refused(String address) {
        Vertx own = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        try {
            ConnectionDiagnosis diagnosis = new ConnectionDiagnosis(
                    Reading.config("REDIS_CONNECTION=" + address, "REDIS_TIMEOUT=5s")
                            .redis(),
                    own,
                    "REDIS_CONNECTION",
                    "");
            Redis client = Redis.createClient(own, address);
            return catchThrowable(() -> diagnosis
                    .firstAnswer(client.send(Request.cmd(Command.INFO)))
                    .await()
                    .atMost(Duration.ofSeconds(20)));
        } finally {
            own.closeAndAwait();
        }
    }

    private Throwable failure(Exception failure) {
        return catchThrowable(() -> diagnosis()
                .firstAnswer(Uni.createFrom().failure(failure))
                .await()
                .atMost(Duration.ofSeconds(20)));
    }

    private ConnectionDiagnosis diagnosis() {
        VaultConfig config =
                Reading.config("REDIS_CONNECTION=redis://127.0.0.1:" + server.getLocalPort(), "REDIS_TIMEOUT=2s");
        return new ConnectionDiagnosis(config.redis(), vertx, "REDIS_CONNECTION", "Set REDIS_PASSWORD");
    }
}
