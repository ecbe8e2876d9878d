package io.redisvault.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class RedisServerTest {

    private static final Path SYSTEM_REDIS = Path.of("/usr/bin/redis-server");

    @Test
    void writesADumpOnlyWhenToldAndComesBackWithIt() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            redis.set("greeting", "hello wörld");
            redis.populate(1000, 100);
            assertThat(redis.dumpFile()).doesNotExist();

            redis.save();
            assertThat(Files.readAllBytes(redis.dumpFile())).startsWith("REDIS0009".getBytes());

            int port = redis.port();
            redis.kill();
            assertThat(redis.isRunning()).isFalse();
            redis.restart();

            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.keys()).isEqualTo(1001);
            assertThat(redis.command("GET", "greeting")).isEqualTo("hello wörld");
            assertThat(redis.command("GET", "absent")).isNull();
        }
    }

    @Test
    void startsOnADumpFromElsewhere() {
        try (RedisServer first = RedisServer.start()) {
            first.populate(10, 10);
            first.save();
            try (RedisServer second =
                    RedisServer.builder().dump(first.dumpFile()).start()) {
                assertThat(second.keys()).isEqualTo(10);
            }
        }
    }

    @Test
    void answersWhileItIsLoading() {
        try (RedisServer first = RedisServer.start()) {
            first.command("CONFIG", "SET", "rdbcompression", "no");
            first.populate(150, 100_000);
            first.save();
            try (RedisServer loading = RedisServer.builder()
                    .dump(first.dumpFile())
                    .setting("key-load-delay", "20000")
                    .readyWhileLoading()
                    .start()) {
                assertThat(loading.info("loading")).isEqualTo("1");
                assertThat(loading.list("ROLE")).first().isEqualTo("master");
                assertThatThrownBy(loading::keys).hasMessageStartingWith("LOADING");
                await().ignoreExceptions()
                        .untilAsserted(() -> assertThat(loading.keys()).isEqualTo(150));
            }
        }
    }

    @Test
    void replicates() {
        try (RedisServer master = RedisServer.builder().password("p@ss +w/").start();
                RedisServer replica = RedisServer.start()) {
            master.populate(100, 10);
            replica.replicaOf(master);

            assertThat(replica.keys()).isEqualTo(100);
            assertThat(replica.list("ROLE")).first().isEqualTo("slave");
            assertThat(replica.list("ROLE").get(3)).isEqualTo("connected");
            assertThat(master.url()).isEqualTo("redis://:p%40ss%20%2Bw%2F@127.0.0.1:" + master.port());

            replica.promote();
            assertThat(replica.list("ROLE")).first().isEqualTo("master");
        }
    }

    @Test
    void knowsUsersAndTheirRights() throws Exception {
        try (RedisServer redis = RedisServer.builder()
                        .password("admin")
                        .user("vault", "s3cret", "+role +info +ping")
                        .start();
                RespClient client =
                        RespClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port()))) {
            assertThatThrownBy(() -> client.call("PING")).hasMessageStartingWith("NOAUTH");
            client.call("AUTH", "vault", "s3cret");
            assertThat(client.call("PING")).isEqualTo("PONG");
            assertThatThrownBy(() -> client.call("DBSIZE"))
                    .isInstanceOf(RedisServer.ErrorReply.class)
                    .hasMessageStartingWith("NOPERM");
            assertThat(redis.url("vault", "s3cret")).isEqualTo("redis://vault:s3cret@127.0.0.1:" + redis.port());
            assertThat(redis.unixSocket()).exists();
        }
    }

    @Test
    void saysWhyItDoesNotStart() {
        assertThatThrownBy(
                        () -> RedisServer.builder().setting("maxmemory", "lots").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("argument must be a memory value");
    }

    @Test
    @EnabledIf("systemRedis")
    void runsAnotherExecutable() {
        try (RedisServer redis = RedisServer.builder().executable(SYSTEM_REDIS).start()) {
            redis.populate(3, 10);
            assertThat(redis.info("redis_version")).isEqualTo(redis.version());
            assertThat(redis.keys()).isEqualTo(3);
        }
    }

    static boolean systemRedis() {
        return Files.isExecutable(SYSTEM_REDIS);
    }
}
