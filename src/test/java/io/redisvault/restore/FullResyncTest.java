package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.Backup;
import io.redisvault.config.Reading;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.TargetServer;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.TlsIdentity;
import io.redisvault.storage.TestStorages;
import io.smallrye.mutiny.Multi;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A port that stands for a master, with a real server or with somebody who is none. */
class FullResyncTest {

    private static final String ID = "0123456789abcdef0123456789abcdef01234567";
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final LiveRestore.ListenAddress LOOPBACK = new LiveRestore.ListenAddress("127.0.0.1", 0);

    @AutoClose("closeAndAwait")
    private static final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path directory;

    private byte[] dump;
    private FullResync resync;
    private int port;

    @BeforeEach
    void listen() throws IOException {
        dump = Files.readAllBytes(SyntheticDump.write(directory.resolve("dump.rdb"), 1 << 20, 1));
        listen("127.0.0.1", Optional.empty());
    }

    private void listen(String server, Optional<PemKeyCertOptions> certificate) {
        resync = new FullResync(vertx, server::equals, ID, dump.length, PATIENCE, certificate);
        port = resync.listen(LOOPBACK).await().indefinitely();
    }

    @AfterEach
    void close() {
        resync.close().await().indefinitely();
    }

    @Test
    void aStrangerThatComesFirstGetsNothingAndTheServerAllOfIt() throws Exception {
        try (RedisServer redis = RedisServer.start();
                Socket stranger = connect()) {
            send(stranger, "PING\r\n*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n");
            resync.open(Multi.createFrom().items(ByteBuffer.wrap(dump))).await().indefinitely();
            CompletableFuture<String> given = CompletableFuture.supplyAsync(() -> received(stranger));
            redis.command("REPLICAOF", "127.0.0.1", Integer.toString(port));

            Awaitility.await().until(() -> resync.accept(info(redis)));
            resync.send().await().indefinitely();

            Awaitility.await().until(() -> new TargetState("redis", info(redis)).hasLoaded(ID));
            assertThat(redis.keys()).isEqualTo(SyntheticDump.keys(1 << 20));
            assertThat(given.get()).isEqualTo("+PONG\r\n+FULLRESYNC " + ID + " 1\r\n$" + dump.length + "\r\n");
            try (Socket late = connect()) {
                assertThat(received(late)).isEmpty();
            }
        }
    }

    @Test
    void somebodyFromAnotherAddressIsTurnedAwayAtOnce() throws IOException {
        close();
        listen("192.0.2.1", Optional.empty());
        try (Socket stranger = connect()) {
            assertThat(received(stranger)).isEmpty();
        }
        assertThat(resync.complaint())
                .isEqualTo(
                        "; a connection from 127.0.0.1 was refused: name the server by the address that it connects from");
    }

    @Test
    void aServerThatConnectsByTlsIsExplained() throws IOException {
        try (Socket server = connect()) {
            send(server, "\u0016\u0003\u0001");
            assertThat(received(server)).isEmpty();
        }
        assertThat(resync.complaint()).contains("tls-replication yes", "REDIS_CLIENT_CERT_FILE");
    }

    @Test
    void aServerThatDoesNotTrustTheCertificateIsExplained() throws Exception {
        close();
        TlsIdentity identity = TlsIdentity.generate(directory, "ip:127.0.0.1");
        listen(
                "127.0.0.1",
                Optional.of(new PemKeyCertOptions()
                        .setCertPath(identity.certificate().toString())
                        .setKeyPath(identity.key().toString())));
        try (Socket first = connect()) {
            send(first, "\u0016\u0003\u0001");
            assertThat(received(first)).isEmpty();
        }
        try (Socket again =
                SSLContext.getDefault().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            assertThatThrownBy(() -> send(again, "PING\r\n")).isInstanceOf(SSLException.class);
        }
        Awaitility.await().until(() -> resync.complaint().contains("its tls-ca-cert-file has to vouch for"));
        // It may be another one's mistake.
        try (Socket plain = connect()) {
            send(plain, "PING\r\nGET\r\n*x\r\n");
            assertThat(received(plain)).startsWith("+PONG");
        }
    }

    @Test
    void requestsInPiecesAreAnsweredOnceAndOtherBytesEndTheConnection() throws IOException {
        try (Socket server = connect()) {
            for (byte[] piece : pieces("\r\nPING\r\n*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$4\r\n\r\n\r\n\r\n"
                    + "*3\r\n$8\r\nREPLCONF\r\n$14\r\nlistening-port\r\n$1\r\n1\r\n*1\r\n$3\r\nGET\r\n*x\r\n")) {
                server.getOutputStream().write(piece);
            }
            assertThat(received(server)).isEqualTo("+PONG\r\n+OK\r\n+OK\r\n-ERR unknown command\r\n");
        }
        try (Socket endless = connect()) {
            send(endless, "x".repeat(20_000));
            assertThat(received(endless)).isEmpty();
        }
    }

    /** It asks again at once, which would go on for ever. */
    @Test
    void aServerThatDoesNotLoadItIsGivenItOnce() throws IOException {
        System.arraycopy("99".getBytes(StandardCharsets.US_ASCII), 0, dump, "REDIS00".length(), 2);
        Path file = Files.write(directory.resolve("a_2026-01-02T03:04:05Z.rdb"), dump);
        try (RedisServer redis = RedisServer.start()) {
            redis.set("old", "1");
            VaultConfig config = Reading.config("STORAGE_URL=file://" + directory, "REDIS_CONNECTION=" + redis.url());
            TargetServer server = new TargetServer(Redis.createClient(vertx, redis.url()), config, vertx);
            Backup backup = new Backup(
                    "a",
                    file.getFileName().toString(),
                    "file://a",
                    "a",
                    Instant.EPOCH,
                    dump.length,
                    null,
                    null,
                    null,
                    null);
            LoadAttempt attempt = new LoadAttempt(
                    server,
                    new TargetState("redis", info(redis)),
                    TestReaders.of(TestStorages.directory(directory)).openUnverified(backup),
                    LOOPBACK,
                    new FullResync(vertx, "127.0.0.1"::equals, ID, dump.length, PATIENCE, Optional.empty()),
                    Optional.of(Duration.ofMinutes(1)));

            assertThatThrownBy(() -> attempt.run(() -> {}).await().indefinitely())
                    .hasMessageStartingWith("loading a into redis failed: the server gave up the connection")
                    .hasMessageMatching(
                            ".* it is a master, and it (is empty, and has lost 1 key|holds its old data, 1 key)");

            assertThat(redis.log().split("Can't handle RDB format version 99", -1))
                    .hasSize(2);
            assertThat(redis.info("role")).isEqualTo("master");
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[][] pieces(String text) {
        return Arrays.stream(text.split("(?<=\\G.{3})"))
                .map(piece -> piece.getBytes(StandardCharsets.ISO_8859_1))
                .toArray(byte[][]::new);
    }

    /** All until the connection ends. */
    private static String received(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return "";
        }
    }

    private static ServerInfo info(RedisServer redis) {
        return ServerInfo.parse(redis.command("INFO", "everything"));
    }
}
