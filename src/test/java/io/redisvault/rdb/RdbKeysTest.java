package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.rdb.RdbKeys.Database;
import io.redisvault.servers.RedisServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dumps that real servers write, and what these servers say of them. */
class RdbKeysTest {

    private static final Path DEBIAN = Path.of("/usr/bin/redis-server");
    private static final Pattern KEYSPACE = Pattern.compile("(?m)^db(\\d+):keys=(\\d+),expires=(\\d+)");

    @TempDir
    Path directory;

    static Stream<Named<RedisServer.Builder>> servers() {
        Stream<Named<RedisServer.Builder>> standard = Stream.of(Named.of("standard", RedisServer.builder()));
        return Files.isExecutable(DEBIAN)
                ? Stream.concat(
                        standard,
                        Stream.of(Named.of(
                                "of this machine", RedisServer.builder().executable(DEBIAN))))
                : standard;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areAsManyAsTheServerHas(RedisServer.Builder builder) throws Exception {
        try (RedisServer redis = builder.start()) {
            EveryType.fill(redis);
            Map<Integer, Long> keys = keyspace(redis, 2);
            assertThat(keys).containsOnlyKeys(0, 3, 15).containsEntry(3, 700L);
            for (String policy : new String[] {"noeviction", "allkeys-lru", "allkeys-lfu"}) {
                redis.command("CONFIG", "SET", "maxmemory-policy", policy);
                for (String compression : new String[] {"yes", "no"}) {
                    redis.command("CONFIG", "SET", "rdbcompression", compression);
                    redis.save();
                    assertThat(keys(redis.dumpFile()))
                            .as("%s, compression %s", policy, compression)
                            .isEqualTo(keys);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areFoundExpiredAtAnyMoment(RedisServer.Builder builder) throws Exception {
        try (RedisServer redis = builder.start()) {
            EveryType.fill(redis);
            redis.save();
            long expiring =
                    keyspace(redis, 3).values().stream().mapToLong(n -> n).sum();
            assertThat(expiring).isEqualTo(4);
            assertThat(expired(redis.dumpFile(), Instant.now())).isZero();
            assertThat(expired(redis.dumpFile(), Instant.now().plus(Duration.ofDays(2))))
                    .isEqualTo(3);
            assertThat(expired(redis.dumpFile(), Instant.now().plus(Duration.ofDays(400_000))))
                    .isEqualTo(4);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void areWhatAServerHasAfterTheExpiredOnesAreGone(RedisServer.Builder builder) throws Exception {
        try (RedisServer redis = builder.start()) {
            long soon = System.currentTimeMillis() + 1500;
            for (int key = 0; key < 40; key++) {
                redis.set("key:" + key, "value");
            }
            for (int key = 0; key < 15; key++) {
                redis.command("PEXPIREAT", "key:" + key, Long.toString(soon));
            }
            redis.save();
            redis.kill();
            Database before = RdbKeys.count(redis.dumpFile(), Instant.ofEpochMilli(soon))
                    .databases()
                    .get(0);
            assertThat(before).isEqualTo(new Database(40, 0, 0));
            Thread.sleep(Math.max(1, soon + 2 - System.currentTimeMillis()));
            Instant start = Instant.now();
            redis.restart();
            Database after = RdbKeys.count(redis.dumpFile(), start).databases().get(0);
            assertThat(after).isEqualTo(new Database(40, 15, 0));
            assertThat(redis.keys()).isBetween(after.least(), after.most()).isEqualTo(25);
        }
    }

    @Test
    void areNoneInAnEmptyDump() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            redis.save();
            assertThat(RdbKeys.count(redis.dumpFile(), Instant.now()).databases())
                    .isEmpty();
        }
    }

    @Test
    void areCountedInADumpOfGigabytesWithoutReadingTheValues() throws Exception {
        Path dump = directory.resolve("dump.rdb");
        long value = 5L << 30;
        ByteBuffer head = SmallDump.of("REDIS0011", "\u0000\u0003big\u0081");
        ByteBuffer tail = SmallDump.of("", "\u0000\u0005small\u0003abc\u00ff12345678");
        try (FileChannel file = FileChannel.open(
                dump, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            long start = file.write(head);
            file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, value));
            file.write(tail, start + Long.BYTES + value);
        }
        assertThat(keys(dump)).containsOnly(Map.entry(0, 2L));
    }

    @Test
    void cannotBeCountedWithoutAFile() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> RdbKeys.count(directory.resolve("none.rdb"), Instant.now()));
    }

    private static Map<Integer, Long> keys(Path dump) throws IOException {
        return RdbKeys.count(dump, Instant.EPOCH).databases().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, database -> database.getValue().keys()));
    }

    private static long expired(Path dump, Instant at) throws IOException {
        return RdbKeys.count(dump, at).databases().values().stream()
                .mapToLong(Database::expired)
                .sum();
    }

    /** A column of {@code INFO keyspace} for each database: 2 for its keys, 3 for those that expire. */
    private static Map<Integer, Long> keyspace(RedisServer redis, int column) {
        Matcher line = KEYSPACE.matcher(redis.command("INFO", "keyspace"));
        Map<Integer, Long> found = new TreeMap<>();
        while (line.find()) {
            found.put(Integer.valueOf(line.group(1)), Long.valueOf(line.group(column)));
        }
        return found;
    }
}
