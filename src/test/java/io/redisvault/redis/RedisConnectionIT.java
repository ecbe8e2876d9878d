package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Acceptor;
import io.redisvault.servers.JvmOnly;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.S3Server;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All the ways in which Redis can be addressed; the role matters, so that each has to work. */
class RedisConnectionIT {

    private static final String PASSWORD = "p+s s/w:rd@%$";
    private static final String ENCODED = "p+s%20s%2Fw%3Ard%40%25%24";
    private static RedisServer redis;
    private static S3Server s3;

    @BeforeAll
    static void start() {
        s3 = S3Server.start();
        redis = RedisServer.builder()
                .password(PASSWORD)
                .user("vault", "0nly:info", "+info -@all +info ~*")
                .start();
        redis.save();
    }

    @AfterAll
    static void stop() {
        redis.close();
        s3.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:" + ENCODED + "@localhost:PORT",
                "redis://default:" + ENCODED + "@127.0.0.1:PORT/3",
                "redis://vault:0nly%3Ainfo@localhost:PORT/0"
            })
    void theRoleIsAskedWith(String address) {
        assertRoleIsAsked(address.replace("PORT", String.valueOf(redis.port())));
    }

    @ParameterizedTest
    @JvmOnly
    @ValueSource(strings = {"?password=" + ENCODED, "?user=vault&password=0nly%3Ainfo"})
    void theRoleIsAskedOverAUnixSocketWith(String credentials) {
        assertRoleIsAsked("unix://" + redis.unixSocket() + credentials);
    }

    private static void assertRoleIsAsked(String address) {
        Exit exit = run(redis, address).run("--once");
        assertThat(exit.code()).as(exit.err()).isIn(0, 3);
        assertThat(exit.err()).contains("role=master").doesNotContain(ENCODED, PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://:wr0ng-s3cret@localhost:PORT", "redis://localhost:PORT"})
    void aWrongPasswordIsAFailureThatDoesNotRepeatIt(String address) {
        Exit exit = run(redis, address.replace("PORT", String.valueOf(redis.port())))
                .run("--once");
        assertThat(exit.code()).isEqualTo(1);
        assertThat(exit.err())
                .contains("backup failed: redis://localhost:" + redis.port() + "/0")
                .containsPattern("WRONGPASS|NOAUTH")
                .doesNotContain("s3cret", "\tat ");
    }

    @Test
    void tlsIsSpokenToACertificateThatIsTrusted() {
        try (TlsProxy tls = TlsProxy.to(redis.port())) {
            String address = "rediss://:" + ENCODED + "@localhost:" + tls.port();
            Exit trusted = run(redis, address)
                    .and("REDIS_CA_FILE", tls.certificate().toString())
                    .run("--once");
            assertThat(trusted.code()).as(trusted.err()).isIn(0, 3);
            assertThat(trusted.err()).contains("role=master");

            fails(
                    run(redis, address),
                    "the certificate of Redis is of an authority that is not trusted; name its PEM file in REDIS_CA_FILE");
            fails(
                    run(redis, address)
                            .and(
                                    "REDIS_CA_FILE",
                                    Path.of("src/test/resources/redis-ca.pem")
                                            .toAbsolutePath()
                                            .toString()),
                    "the certificate of Redis is of an authority that is not trusted; REDIS_CA_FILE has another one");
            fails(
                    run(redis, address.replace("rediss:", "redis:")),
                    "the port speaks TLS; write rediss:// in REDIS_CONNECTION");
        }
    }

    @Test
    void anExpiredCertificateIsCalledThat() {
        try (TlsProxy tls = TlsProxy.withExpiredCertificate(redis.port())) {
            fails(
                    run(redis, "rediss://:" + ENCODED + "@localhost:" + tls.port())
                            .and("REDIS_CA_FILE", tls.certificate().toString()),
                    "the certificate of Redis has expired; renew it there");
        }
    }

    @Test
    void tlsIsNotSpokenToAPlainPort() {
        fails(
                run(redis, "rediss://localhost:" + redis.port()),
                "the port does not speak TLS; write redis:// in REDIS_CONNECTION, or name the port that does");
    }

    @Test
    void aServerWithTooManyClientsIsQuotedAtOnce() {
        // The one that may connect is the test itself.
        try (RedisServer full = RedisServer.builder().setting("maxclients", "1").start()) {
            fails(run(full, full.url()).and("REDIS_TIMEOUT", "1h"), "ERR max number of clients reached");
        }
    }

    @Test
    void aServerWithoutInfoIsSaidWithItsRemedy() {
        try (RedisServer renamed = RedisServer.builder()
                .setting("rename-command", "INFO", "hidden")
                .start()) {
            fails(
                    run(renamed, renamed.url()),
                    "ERR unknown command `info`, with args beginning with: ; INFO is renamed or switched off there:"
                            + " allow it, or set BACKUP_MASTER and BACKUP_REPLICA to true");
        }
    }

    @Test
    void aServerOfAnotherKindIsNoRedis() {
        fails(
                run(redis, "redis://localhost:" + s3.endpoint().getPort()),
                "what answers there is no Redis; correct REDIS_CONNECTION");
        try (Acceptor silent = Acceptor.start(client -> client.getInputStream().read(new byte[1000]))) {
            fails(
                    run(redis, "redis://localhost:" + silent.port()),
                    "the server closed the connection without an answer; is it a Redis, is REDIS_CONNECTION right?");
        }
    }

    /** In one line, without a stack trace. */
    private static void fails(VaultProcess.Builder vault, String reason) {
        Exit exit = vault.run("--once");
        assertThat(exit.code()).as(exit.err()).isEqualTo(1);
        assertThat(exit.err().lines())
                .singleElement()
                .asString()
                .containsPattern("backup failed: rediss?://(localhost|127.0.0.1):\\d+/0: \\Q" + reason)
                .doesNotContain(ENCODED, PASSWORD);
    }

    @Test
    void tlsIsNotSpokenToAnotherHost() {
        try (TlsProxy tls = TlsProxy.withCertificateFor("elsewhere.example", redis.port())) {
            fails(
                    run(redis, "rediss://:" + ENCODED + "@localhost:" + tls.port())
                            .and("REDIS_CA_FILE", tls.certificate().toString()),
                    "the certificate of Redis is not for localhost; name the host in REDIS_CONNECTION as the"
                            + " certificate does");
        }
    }

    @Test
    void aNodeThatIsLoadingIsNotBackedUp(@TempDir Path directory) throws IOException {
        Path dump = SyntheticDump.write(directory.resolve("dump.rdb"), 60 << 20, 1);
        try (RedisServer loading = RedisServer.builder()
                .setting("key-load-delay", "300000")
                .dump(dump)
                .readyWhileLoading()
                .start()) {
            Exit exit = run(loading, loading.url())
                    .and("REDIS_NODE_NAME", "loading")
                    .and("REDIS_TIMEOUT", "20s")
                    .run("--once");
            assertThat(exit.code()).as(exit.err()).isEqualTo(3);
            assertThat(exit.err()).contains("the node is loading its dataset");
            assertThat(s3.keys()).noneMatch(key -> key.contains("loading"));
        }
    }

    private static VaultProcess.Builder run(RedisServer redis, String address) {
        return VaultProcess.with(Map.of(
                "REDIS_CONNECTION", address,
                "REDIS_DATA_PATH", redis.dataDirectory().toString(),
                "BACKUP_REPLICA", "false",
                "S3_ENDPOINT", s3.endpoint().toString(),
                "S3_BUCKET", s3.bucket(),
                "AWS_ACCESS_KEY_ID", s3.accessKey(),
                "AWS_SECRET_ACCESS_KEY", s3.secretKey()));
    }
}
