package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.impl.RedisURI;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RedisAddressTest {

    private static RedisAddress parse(String text) {
        return RedisAddress.of(text);
    }

    @Test
    void readsHostPortAndDatabase() {
        assertThat(parse("redis://localhost:6379")).isEqualTo(address(false, "localhost", 6379, null, null, 0));
        assertThat(parse("redis://redis-0.redis")).isEqualTo(address(false, "redis-0.redis", 6379, null, null, 0));
        assertThat(parse("rediss://redis:6380/2")).isEqualTo(address(true, "redis", 6380, null, null, 2));
        assertThat(parse("redis://redis/?db=3")).isEqualTo(address(false, "redis", 6379, null, null, 3));
        assertThat(parse("redis://[fd00::1]:6380/")).isEqualTo(address(false, "[fd00::1]", 6380, null, null, 0));
        assertThat(parse("redis://redis?protocol=resp3")).isEqualTo(address(false, "redis", 6379, null, null, 0));
    }

    @Test
    void readsUserAndPassword() {
        assertThat(parse("redis://:pass@h")).isEqualTo(address(false, "h", 6379, null, "pass", 0));
        assertThat(parse("redis://user:pass@h:1/2")).isEqualTo(address(false, "h", 1, "user", "pass", 2));
        assertThat(parse("redis://user@h")).isEqualTo(address(false, "h", 6379, "user", null, 0));
        assertThat(parse("redis://:a+b%2F%C3%A9%25@h")).isEqualTo(address(false, "h", 6379, null, "a+b/é%", 0));
        assertThat(parse("redis://:p@ss:w@h")).isEqualTo(address(false, "h", 6379, null, "p@ss:w", 0));
        assertThat(parse("redis://h?user=u&password=p%26")).isEqualTo(address(false, "h", 6379, "u", "p&", 0));
    }

    @Test
    void readsSockets() {
        RedisAddress socket = parse("unix:///var/run/redis.sock?db=1&user=me&pass=a+b");
        assertThat(socket.socket()).contains("/var/run/redis.sock");
        assertThat(socket.user()).contains("me");
        assertThat(socket.password()).contains("a+b");
        assertThat(socket.database()).isEqualTo(1);
        assertThat(parse("redis+unix:///my%20redis.sock").socket()).contains("/my redis.sock");
    }

    @Test
    void theClientUnderstandsWhatItIsGiven() {
        String[] addresses = {
            "redis://localhost",
            "rediss://u:p@h:6380/2",
            "redis://:a+b%2F%2C%24@h",
            "redis://only-user@h",
            "redis://[::1]:1",
            "unix:///var/run/redis.sock",
            "unix:///var/run/my%20redis.sock?db=4&user=me&password=a%26b%25c+d"
        };
        for (String text : addresses) {
            RedisAddress address = parse(text);
            RedisURI uri = new RedisURI(address.toClientUri());
            assertThat(address.toClientUri()).doesNotContain(",", "$", "+");
            assertThat(Optional.ofNullable(uri.user())).isEqualTo(address.user());
            // Without a password the client would forget the user.
            assertThat(Optional.ofNullable(uri.password()))
                    .isEqualTo(address.password().or(() -> address.user().map(user -> "")));
            assertThat(Optional.ofNullable(uri.select()).orElse(0)).isEqualTo(address.database());
            assertThat(uri.ssl()).isEqualTo(address.tls());
            assertThat(uri.unix()).isEqualTo(address.socket().isPresent());
            if (uri.unix()) {
                assertThat(uri.socketAddress().path())
                        .isEqualTo(address.socket().orElseThrow());
            } else {
                assertThat(uri.socketAddress().port()).isEqualTo(address.port());
                assertThat(uri.socketAddress().host()).isEqualTo(address.host());
            }
        }
    }

    @Test
    void neverShowsCredentialsAndNeverLosesThem() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            String password = "s3cr3t"
                    + random.ints(12, 0x20, 0x2fff)
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
            RedisAddress address = address(false, "h", 1, "some-user", password, 0);
            assertThat(address.toString()).isEqualTo("redis://h:1/0");
            assertThat(parse(address.toClientUri())).isEqualTo(address);
            assertThat(new RedisURI(address.toClientUri()).password()).isEqualTo(password);
        }
    }

    private static RedisAddress address(
            boolean tls, String host, int port, String user, String password, int database) {
        return new RedisAddress(
                tls, host, port, Optional.empty(), Optional.ofNullable(user), Optional.ofNullable(password), database);
    }
}
