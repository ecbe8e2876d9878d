package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A dump that is read in parts: in any order, at the same time, again. */
class DumpPartsTest extends DumpOnDisk {

    @Test
    void readsPartsOfAnySizeInAnyOrder() throws IOException {
        Random random = new Random(3);
        for (int round = 0; round < 30; round++) {
            List<int[]> parts = parts(1 << 8 + random.nextInt(12), random);
            byte[] all = new byte[bytes.length];
            try (DumpFile dump = DumpFile.open(path, workers)) {
                for (int[] part : parts) {
                    System.arraycopy(collect(dump.read(part[0], part[1])), 0, all, part[0], part[1]);
                }
            }
            assertThat(all).isEqualTo(bytes);
        }
    }

    @Test
    void checksPartsThatAreReadAtTheSameTime() throws IOException {
        int half = bytes.length / 2;
        for (boolean damaged : List.of(false, true)) {
            bytes[half + DumpPart.CHUNK] ^= (byte) (damaged ? 1 : 0);
            write(bytes);
            try (DumpFile dump = DumpFile.open(path, workers)) {
                AssertSubscriber<ByteBuffer> second = subscribe(dump.read(half, bytes.length - half), 1);
                AssertSubscriber<ByteBuffer> first = subscribe(dump.read(0, half), 1);
                second.awaitItems(1, PATIENCE);
                first.awaitItems(1, PATIENCE);
                second.request(Long.MAX_VALUE).awaitCompletion(PATIENCE);
                first.request(Long.MAX_VALUE);
                if (damaged) {
                    first.awaitFailure(PATIENCE).assertFailedWith(InvalidDumpException.class, "is damaged");
                } else {
                    first.awaitCompletion(PATIENCE);
                    assertThat(join(first.getItems())).isEqualTo(Arrays.copyOf(bytes, half));
                }
            }
        }
    }

    @Test
    void findsADamageInAnyPartBeforeTheLastOneEnds() throws IOException {
        Random random = new Random(4);
        for (int round = 0; round < 30; round++) {
            byte[] damaged = bytes.clone();
            damaged[
                            RdbHeader.MAX_LENGTH
                                    + random.nextInt(bytes.length - RdbHeader.MAX_LENGTH - RdbFacts.TAIL_LENGTH)] ^=
                    (byte) (1 << random.nextInt(8));
            write(damaged);
            List<int[]> parts = parts(1 << 12 + random.nextInt(8), random);
            int[] last = parts.remove(parts.size() - 1);
            try (DumpFile dump = DumpFile.open(path, workers)) {
                for (int[] part : parts) {
                    assertThat(collect(dump.read(part[0], part[1])))
                            .isEqualTo(Arrays.copyOfRange(damaged, part[0], part[0] + part[1]));
                }
                for (int attempt = 0; attempt < 2; attempt++) {
                    AssertSubscriber<ByteBuffer> subscriber = subscribe(dump.read(last[0], last[1]), Long.MAX_VALUE);
                    subscriber.awaitFailure(PATIENCE).assertFailedWith(InvalidDumpException.class, "is damaged");
                    assertThat(join(subscriber.getItems())).hasSizeLessThan(last[1]);
                }
            }
        }
    }

    @Test
    void checksTheFooterThoughPartsDivideIt() throws IOException {
        for (int cut = bytes.length - RdbFacts.TAIL_LENGTH - 1; cut < bytes.length; cut++) {
            int first = cut;
            write(bytes);
            try (DumpFile dump = DumpFile.open(path, workers)) {
                assertThat(collect(dump.read(0, first))).hasSize(first);
                assertThat(collect(dump.read(first, bytes.length - first))).hasSize(bytes.length - first);
            }
            for (int changed = bytes.length - RdbFacts.TAIL_LENGTH; changed < bytes.length; changed++) {
                write(bytes);
                try (DumpFile dump = DumpFile.open(path, workers)) {
                    overwrite(changed, new byte[] {(byte) ~bytes[changed]});
                    assertThatThrownBy(() -> {
                                collect(dump.read(0, first));
                                collect(dump.read(first, bytes.length - first));
                            })
                            .hasMessageContaining("its last 9 bytes are others now");
                }
            }
        }
    }

    @Test
    void readsADumpOfMoreBytesThanAnIntegerCounts() throws IOException {
        byte[] tail = Arrays.copyOfRange(bytes, bytes.length - RdbFacts.TAIL_LENGTH, bytes.length);
        long size = 5L << 30;
        overwrite(size - tail.length, tail);
        try (DumpFile dump = DumpFile.open(path, workers)) {
            for (long offset = 1L << 30; offset < size; offset += 1L << 30) {
                assertThat(collect(dump.read(offset, 10))).isEqualTo(new byte[10]);
            }
            assertThat(collect(dump.read(size - tail.length, tail.length))).isEqualTo(tail);
        }
    }

    /** S3 takes ten thousand parts of a dump, within a heap of less than 50 MiB. */
    @Test
    void remembersLittleOfEachPart() throws IOException {
        try (DumpFile dump = DumpFile.open(path, workers)) {
            int start = bytes.length / 2;
            collect(dump.read(0, start));
            long before = heap();
            for (int offset = start; offset < start + 4000; offset++) {
                collect(dump.read(offset, 1));
            }
            assertThat(heap() - before).isLessThan(4000 * 6 * 1024);
        }
    }

    @Test
    void readsAnInterruptedPartAgainAndStillChecksTheWhole() throws IOException {
        int first = 2 * DumpPart.CHUNK - 77;
        int second = 2 * DumpPart.CHUNK;
        for (boolean damaged : List.of(false, true)) {
            bytes[first + second + 5] ^= (byte) (damaged ? 1 : 0);
            write(bytes);
            try (DumpFile dump = DumpFile.open(path, workers)) {
                byte[] one = collect(dump.read(0, first));
                AssertSubscriber<ByteBuffer> interrupted = subscribe(dump.read(first, second), 1);
                interrupted.awaitItems(1, PATIENCE).cancel();
                byte[] two = collect(dump.read(first, second));
                assertThat(collect(dump.read(first, second))).isEqualTo(two);
                Multi<ByteBuffer> rest = dump.read(first + second, bytes.length - first - second);
                if (damaged) {
                    assertThatThrownBy(() -> collect(rest)).hasMessageContaining("is damaged");
                } else {
                    byte[] three = collect(rest);
                    assertThat(ByteBuffer.allocate(bytes.length)
                                    .put(one)
                                    .put(two)
                                    .put(three)
                                    .array())
                            .isEqualTo(bytes);
                }
            }
        }
    }

    @Test
    void failsWhenAPartIsReadAgainAndDiffers() throws IOException {
        try (DumpFile dump = DumpFile.open(path, workers)) {
            assertThat(collect(dump.read(0, 100_000))).hasSize(100_000);
            overwrite(80_000, "changed".getBytes());
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatExceptionOfType(InvalidDumpException.class)
                        .isThrownBy(() -> collect(dump.read(0, 100_000)))
                        .withMessageContaining("the same bytes from 0 to 100000 differ");
            }
        }
    }

    @Test
    void composesPartsThatAreReadLater() throws IOException {
        try (DumpFile dump = DumpFile.open(path, workers)) {
            Multi<ByteBuffer> second = dump.read(1000, bytes.length - 1000);
            Multi<ByteBuffer> first = dump.read(0, 1000);
            assertThat(collect(Multi.createBy().concatenating().streams(first, second)))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void refusesPartsThatItCannotCheck() throws IOException {
        try (DumpFile dump = DumpFile.open(path, workers)) {
            assertThat(collect(dump.read(1000, 10))).hasSize(10);
            for (long[] other :
                    new long[][] {{1000, 9}, {1000, 11}, {999, 2}, {1009, 1}, {0, bytes.length}, {1003, 3}}) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> collect(dump.read(other[0], other[1])))
                        .withMessage(
                                "the part from %d to %d cannot be checked, it overlaps that from 1000 to 1010",
                                other[0], other[0] + other[1]);
            }
            assertThat(collect(dump.read(1000, 10))).hasSize(10);
            for (long[] part : new long[][] {
                {-1, 1}, {0, -1}, {0, bytes.length + 1}, {5, bytes.length - 4}, {Long.MAX_VALUE, 1}, {1, Long.MAX_VALUE}
            }) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> dump.read(part[0], part[1]))
                        .withMessageContaining("not within");
            }
        }
    }

    /** Offsets and lengths of what makes up the dump, shuffled. */
    private List<int[]> parts(int most, Random random) {
        List<int[]> parts = new ArrayList<>();
        for (int offset = 0; offset < bytes.length; ) {
            int length = Math.min(1 + random.nextInt(most) + most / 2, bytes.length - offset);
            parts.add(new int[] {offset, length});
            offset += length;
        }
        Collections.shuffle(parts, random);
        return parts;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
