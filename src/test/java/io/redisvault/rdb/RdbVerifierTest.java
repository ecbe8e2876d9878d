package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdbVerifierTest {

    @TempDir
    Path directory;

    private byte[] dump;

    @BeforeEach
    void writeDump() throws IOException {
        dump = Files.readAllBytes(SyntheticDump.write(directory.resolve("dump.rdb"), 200_000, 1));
    }

    @Test
    void tellsTheFactsOfAGoodDumpHoweverItsBytesArrive() {
        Random random = new Random(2);
        for (int round = 0; round < 100; round++) {
            List<ByteBuffer> chunks = new ArrayList<>();
            int most = 1 << 1 + random.nextInt(18);
            for (int at = 0; at < dump.length; ) {
                int length = Math.min(random.nextInt(most), dump.length - at);
                chunks.add(ByteBuffer.wrap(dump, at, length));
                at += length;
            }
            RdbVerifier verifier = new RdbVerifier(dump.length, good -> {});
            feed(verifier, chunks.toArray(ByteBuffer[]::new));
            RdbSummary facts = verifier.facts();
            assertThat(facts.size()).isEqualTo(dump.length);
            assertThat(facts.checksummed()).isTrue();
            assertThat(facts.checksumHex()).isEqualTo(footer());
            assertThat(facts.header().producer()).isEqualTo("redis " + SyntheticDump.REDIS_VERSION);
        }
    }

    @Test
    void takesADumpOfLessThanItsTail() {
        for (int size = 0; size < 18; size++) {
            byte[] start = Arrays.copyOf(dump, size);
            assertRefused(start, size == 0 ? "is empty" : size < 9 ? "too short" : "cut off");
        }
    }

    @Test
    void refusesADumpOfWhichBytesAreMissing() {
        RdbVerifier verifier = new RdbVerifier(dump.length, good -> {});
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> feed(verifier, ByteBuffer.wrap(dump, 0, dump.length - 1)))
                .withMessage("the dump is cut off: %d of %d bytes arrived", dump.length - 1, dump.length);
    }

    @Test
    void refusesMoreBytesThanExpected() {
        RdbVerifier verifier = new RdbVerifier(dump.length - 1, good -> {});
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> feed(verifier, ByteBuffer.wrap(dump)))
                .withMessageContaining("more than the %d bytes", dump.length - 1);
    }

    @Test
    void refusesADamagedDumpAndNamesBothChecksums() {
        dump[100_000] ^= 4;
        long crc = new Crc64().update(0, ByteBuffer.wrap(dump, 0, dump.length - RdbSummary.FOOTER_LENGTH));
        assertRefused(dump, "its CRC-64 is " + HexFormat.of().toHexDigits(crc) + ", but its footer says " + footer());
    }

    @Test
    void refusesADumpFollowedByOtherBytes() {
        assertRefused(
                Arrays.copyOf(dump, dump.length + 1), "the EOF opcode ff is missing at offset " + (dump.length - 8));
    }

    @Test
    void refusesAForeignFileBeforeItsEnd() {
        byte[] foreign = new byte[dump.length];
        RdbVerifier verifier = new RdbVerifier(foreign.length, good -> {});
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> feed(verifier, ByteBuffer.wrap(foreign, 0, RdbHeader.MAX_LENGTH)))
                .withMessageContaining("not an RDB file");
    }

    @Test
    void takesADumpWithoutChecksumAsUnchecked() {
        Arrays.fill(dump, dump.length - 8, dump.length, (byte) 0);
        dump[100_000] ^= 4;
        RdbVerifier verifier = new RdbVerifier(dump.length, good -> {});
        feed(verifier, ByteBuffer.wrap(dump));
        assertThat(verifier.facts().checksummed()).isFalse();
    }

    @Test
    void neverPassesTheLastChunkOfABadDump() {
        dump[100_000] ^= 4;
        List<ByteBuffer> passed = new ArrayList<>();
        ByteBuffer start = ByteBuffer.wrap(dump, 0, 150_000);
        ByteBuffer end = ByteBuffer.wrap(dump, 150_000, dump.length - 150_000);
        assertThatExceptionOfType(InvalidDumpException.class).isThrownBy(() -> new RdbVerifier(dump.length, good -> {})
                .check(Multi.createFrom().items(start, end))
                .onItem()
                .invoke(passed::add)
                .onItem()
                .ignoreAsUni()
                .await()
                .indefinitely());
        assertThat(passed).containsExactly(start);
    }

    @Test
    void refusesADumpWithOtherFactsThanThoseReadBefore() {
        RdbVerifier first = new RdbVerifier(dump.length, good -> {});
        feed(first, ByteBuffer.wrap(dump));
        dump[dump.length - 1] ^= 1;
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> feed(new RdbVerifier(first.facts()), ByteBuffer.wrap(dump)))
                .withMessageContaining("changed while it was read");
    }

    private static void feed(RdbVerifier verifier, ByteBuffer... chunks) {
        verifier.check(Multi.createFrom().items(chunks))
                .onItem()
                .ignoreAsUni()
                .await()
                .indefinitely();
    }

    private String footer() {
        return HexFormat.of()
                .toHexDigits(Long.reverseBytes(ByteBuffer.wrap(dump).getLong(dump.length - 8)));
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> {
                    RdbVerifier verifier = new RdbVerifier(bytes.length, good -> {});
                    feed(verifier, ByteBuffer.wrap(bytes));
                })
                .withMessageContaining(message);
    }
}
