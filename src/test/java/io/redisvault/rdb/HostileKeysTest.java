package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.sun.management.ThreadMXBean;
import io.redisvault.servers.RedisServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counting the keys of dumps that are damaged, or made to harm. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileKeysTest {

    private static final int FLIPS = 2_000;

    /** The window, the bytes that the header is read from, its AUX fields as text, and what it takes to open a file. */
    private static final long MOST_MEMORY = 1_000_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path directory;

    private static byte[] dump;

    @BeforeAll
    static void writeADump() throws IOException {
        try (RedisServer redis = RedisServer.start()) {
            EveryType.fill(redis);
            redis.command("DEL", "zeroes", "compressed", "k".repeat(20_000));
            redis.save();
            dump = Files.readAllBytes(redis.dumpFile());
        }
    }

    @Test
    void countsOrRefusesADumpWithBytesChangedAnywhere() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Path file = directory.resolve("dump.rdb");
        int refused = 0;
        for (int n = 0; n < FLIPS; n++) {
            byte[] changed = dump.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                changed[random.nextInt(Magic.LENGTH, changed.length)] = (byte) random.nextInt(256);
            }
            refused += isRefused(Files.write(file, changed)) ? 1 : 0;
        }
        assertThat(refused).isBetween(FLIPS / 100, FLIPS - 1);
    }

    @Test
    void refusesADumpThatIsCutOff() throws IOException {
        Path file = directory.resolve("dump.rdb");
        SplittableRandom random = new SplittableRandom(2);
        IntStream lengths = IntStream.concat(
                IntStream.range(0, 500), random.ints(500, 500, dump.length).distinct());
        for (int length : lengths.toArray()) {
            assertThat(isRefused(Files.write(file, Arrays.copyOf(dump, length))))
                    .as("length %d", length)
                    .isTrue();
        }
        assertThat(isRefused(Files.write(file, dump))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0081\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                "\u0000\u0081\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                "\u0000\u0001a\u0080\u00ff\u00ff\u00ff\u00ff",
                "\u0000\u0001a\u00c3\u0081\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001",
                "\u0001\u0001a\u0081\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                "\u0001\u0001a\u0081\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001a",
                "\u0000\u0001a\u0082",
                "\u0001\u0001a\u00c0\u0001\u0001a",
                "\u00fe\u0081\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0000\u0001a\u0001a",
                "\u00fe\u0080\u0080\u0000\u0000\u0000\u0000\u0001a\u0001a",
                "\u0000\u0001a\u0001a\u00ff",
            })
    void refusesWhatCannotBe(String content) throws IOException {
        Path file = SmallDump.write(directory.resolve("dump.rdb"), "REDIS0011", content);
        assertThatExceptionOfType(InvalidDumpException.class).isThrownBy(() -> RdbKeys.count(file, Instant.EPOCH));
    }

    @Test
    void refusesMoreDatabasesThanAnybodyHas() throws IOException {
        Path file = SmallDump.write(directory.resolve("dump.rdb"), "REDIS0011", databases(10_000));
        assertThat(RdbKeys.count(file, Instant.EPOCH).databases()).hasSize(10_000);
        SmallDump.write(file, "REDIS0011", databases(1_000_000));
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> RdbKeys.count(file, Instant.EPOCH))
                .withMessageContaining("more than 10000 databases");
    }

    private static String databases(int count) {
        StringBuilder content = new StringBuilder();
        for (int n = 0; n < count; n++) {
            content.append("\u00fe\u0080\u0000");
            content.append((char) (n >>> 16)).append((char) (n >>> 8 & 0xff)).append((char) (n & 0xff));
            content.append("\u0000\u0000\u0000");
        }
        return content.toString();
    }

    /** Whether the dump is refused as damaged or unknown, which has to need little memory; nothing else may happen. */
    private static boolean isRefused(Path file) {
        boolean[] refused = new boolean[1];
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatNoException().isThrownBy(() -> {
            try {
                RdbKeys.count(file, Instant.EPOCH);
            } catch (InvalidDumpException | UnknownFormatException e) {
                refused[0] = true;
            }
        });
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_MEMORY);
        return refused[0];
    }
}
