package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.rdb.RdbHeader.RdbFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dumps that real servers write: Redis 6.2, and the one of this machine if there is one. */
class RealDumpTest {

    @TempDir
    Path directory;

    static List<Path> servers() {
        return RedisProcess.servers();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areUnderstoodAndFoundGood(Path server) throws Exception {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String version;
        try (RedisProcess redis = new RedisProcess(server, directory)) {
            fill(redis);
            version = redis.call("INFO", "server")
                    .lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .findAny()
                    .orElseThrow();
            assertThat(redis.call("SAVE")).isEqualTo("+OK");
        }
        RdbSummary facts = readWhole(directory.resolve("dump.rdb"));
        assertThat(facts.checksummed()).isTrue();
        RdbHeader header = facts.header();
        assertThat(header.magic()).isEqualTo(RdbFormat.REDIS);
        assertThat(header.version()).isBetween(9, RdbFormat.REDIS.newestKnownVersion());
        assertThat(header.isNewerThanKnown()).isFalse();
        assertThat(header.producer())
                .isEqualTo(
                        "redis " + version.substring("redis_version:".length()).trim());
        assertThat(header.createdAt().orElseThrow()).isBetween(before, Instant.now());
        assertThat(header.aux()).containsEntry("redis-bits", "64").containsKey("used-mem");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void tellWhereTheyAreInTheReplication(Path server) throws Exception {
        String replicationId;
        try (RedisProcess redis = new RedisProcess(server, directory, "--repl-diskless-sync", "no")) {
            // A master that never had a replica leaves these fields out.
            try (RedisProcess replica = new RedisProcess(
                    server,
                    Files.createDirectory(directory.resolve("replica")),
                    "--replicaof",
                    "127.0.0.1",
                    Integer.toString(redis.port()))) {
                while (!replica.call("ROLE").contains("connected")) {
                    Thread.sleep(20);
                }
            }
            redis.call("SET", "a", "b");
            assertThat(redis.call("SAVE")).isEqualTo("+OK");
            replicationId = redis.call("INFO", "replication")
                    .lines()
                    .filter(line -> line.startsWith("master_replid:"))
                    .findAny()
                    .orElseThrow();
        }
        RdbHeader header = readWhole(directory.resolve("dump.rdb")).header();
        assertThat(header.replicationId())
                .contains(replicationId.substring("master_replid:".length()).trim());
        assertThat(header.replicationOffset().orElseThrow()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areUncheckedWithoutChecksum(Path server) throws Exception {
        try (RedisProcess redis = new RedisProcess(server, directory, "--rdbchecksum", "no")) {
            fill(redis);
            assertThat(redis.call("SAVE")).isEqualTo("+OK");
        }
        assertThat(readWhole(directory.resolve("dump.rdb")).checksummed()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areRefusedWithAnySingleBitFlipped(Path server) throws Exception {
        byte[] dump = smallDump(server);
        Path file = directory.resolve("flipped.rdb");
        for (int bit = 0; bit < dump.length * 8; bit++) {
            byte[] flipped = dump.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            assertRefused(file, "bit " + bit);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areRefusedCutOffAtAnyLength(Path server) throws Exception {
        byte[] dump = smallDump(server);
        Path file = directory.resolve("short.rdb");
        for (int length = 0; length < dump.length; length++) {
            Files.write(file, Arrays.copyOf(dump, length));
            assertRefused(file, "length " + length);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void canBeWrittenWithoutAServer(Path server) throws Exception {
        long size = 6_000_000;
        Path file = SyntheticDump.write(directory.resolve("dump.rdb"), size, 7);
        assertThat(Files.size(file)).isBetween(size * 9 / 10, size);
        assertThat(readWhole(file).checksummed()).isTrue();
        try (RedisProcess redis = new RedisProcess(server, directory)) {
            assertThat(redis.call("DBSIZE")).isEqualTo(":" + SyntheticDump.keys(size));
            assertThat(redis.call("STRLEN", "key:00000000")).isEqualTo(":375000");
            assertThat(redis.call("STRLEN", "key:%08d".formatted(SyntheticDump.keys(size) - 1)))
                    .isEqualTo(":375000");
        }
    }

    private byte[] smallDump(Path server) throws Exception {
        try (RedisProcess redis = new RedisProcess(server, directory)) {
            redis.call("SET", "greeting", "hello");
            redis.call("RPUSH", "list", "1", "two", "3");
            redis.call("SET", "compressed", "ab".repeat(50));
            redis.call("EXPIRE", "greeting", "1000");
            redis.call("SAVE");
        }
        byte[] dump = Files.readAllBytes(directory.resolve("dump.rdb"));
        assertThat(dump).hasSizeBetween(150, 1000);
        assertThat(readWhole(directory.resolve("dump.rdb")).checksummed()).isTrue();
        return dump;
    }

    private static void fill(RedisProcess redis) throws IOException {
        redis.call("SET", "text", "hello");
        redis.call("SET", "number", "12345");
        redis.call("SET", "compressed", "ab".repeat(500_000));
        redis.call("SETBIT", "bits", "100000", "1");
        redis.call("EXPIRE", "text", "1000");
        redis.call("RPUSH", "list", "1", "two", "x".repeat(10_000));
        redis.call("SADD", "numbers", "1", "2", "300000");
        redis.call("SADD", "words", "one", "two");
        redis.call("ZADD", "scores", "1.5", "one", "-inf", "two");
        redis.call("HSET", "hash", "field", "value", "long", "y".repeat(1000));
        redis.call("XADD", "stream", "*", "field", "value");
        redis.call("PFADD", "estimate", "a", "b");
        redis.call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
        redis.call("SELECT", "3");
        for (int key = 0; key < 5000; key++) {
            redis.call("SET", "key:" + key, "value " + key);
        }
    }

    private static RdbSummary readWhole(Path file) throws IOException {
        try (DumpFile dump = DumpFile.open(file, true)) {
            RdbVerifier verifier = new RdbVerifier(dump.facts().orElseThrow());
            long read = verifier.check(dump.bytes())
                    .collect()
                    .in(() -> new long[1], (sum, chunk) -> sum[0] += chunk.remaining())
                    .await()
                    .indefinitely()[0];
            assertThat(read).isEqualTo(dump.size());
            return verifier.facts();
        }
    }

    private static void assertRefused(Path file, String what) {
        assertThatExceptionOfType(InvalidDumpException.class).as(what).isThrownBy(() -> readWhole(file));
    }
}
