package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.rdb.RdbHeader.RdbFormat;
import io.smallrye.mutiny.Multi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Dumps that today's servers wrote. */
class SampleDumpsTest {

    private static final Path SAMPLES = Path.of("src/test/resources/samples");

    static Stream<Path> plain() throws IOException {
        return samples().filter(file -> !compressed(file));
    }

    static Stream<Path> compressed() throws IOException {
        return samples().filter(SampleDumpsTest::compressed);
    }

    @ParameterizedTest
    @MethodSource("plain")
    void areVerifiedAndOfAKnownVersion(Path file) throws IOException {
        try (DumpFile dump = DumpFile.open(file, true)) {
            RdbVerifier verifier = new RdbVerifier(dump.facts().orElseThrow());
            verifier.check(dump.bytes()).onItem().ignoreAsUni().await().indefinitely();
            assertThat(verifier.facts().checksummed()).isTrue();
            assertThat(verifier.facts().header().isNewerThanKnown()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void ofAServerThatCompressesThemWholeAreVerifiedByTheirFrame(Path file) throws IOException {
        try (DumpFile dump = DumpFile.open(file, true)) {
            RdbSummary found = verify(Files.readAllBytes(file), 1000);

            assertThat(found).isEqualTo(dump.facts().orElseThrow());
            assertThat(found.header().magic()).isEqualTo(RdbFormat.VALKEY);
            assertThat(found.header().version()).isEqualTo(81);
            assertThat(found.header().producer()).startsWith("valkey ");
            assertThat(found.hasCrc()).isFalse();
            assertThat(found.checksummed()).isEqualTo(!file.toString().contains("rdbchecksum-no"));
            assertThat(dump.isEnclosed()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"vcs-lz4, 1", "vcs-zstd, 1", "vcs-lz4-multiblock, 31", "vcs-zstd-multiblock, 31"})
    void areRefusedIfAnyBitOfThemChangesTheDump(String name, int step) throws IOException {
        byte[] dump = Files.readAllBytes(SAMPLES.resolve(name + ".rdb"));
        for (int bit = 0; bit < dump.length * 8; bit += step) {
            byte[] changed = dump.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                verify(changed, changed.length);
                // Some bits of zstd can be either, and the content is the same.
                assertThat(decompressed(changed)).as("bit %d", bit).isEqualTo(decompressed(dump));
            } catch (InvalidDumpException refused) {
                assertThat(refused)
                        .hasMessageMatching("[^\\n]*(frame|window|size|bytes|dump|RDB)[^\\n]*")
                        .message()
                        .doesNotContain("Exception", "zstd-jni", "ZSTD", "java");
            }
        }
    }

    private static byte[] decompressed(byte[] dump) {
        Envelope envelope = new Envelope();
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        envelope.open(ByteBuffer.wrap(dump), piece -> plain.write(piece.array(), piece.position(), piece.remaining()));
        envelope.close();
        return plain.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void areRefusedWhereverTheyAreCutOff(Path file) throws IOException {
        byte[] dump = Files.readAllBytes(file);
        for (int length = Envelope.MAGIC_LENGTH; length < dump.length; length++) {
            byte[] start = Arrays.copyOf(dump, length);
            assertThatExceptionOfType(InvalidDumpException.class)
                    .isThrownBy(() -> verify(start, start.length))
                    .withMessageContaining("cut off");
        }
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> verify(Arrays.copyOf(dump, dump.length + 1), 1 << 20))
                .withMessageContaining("other bytes follow");
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2, the version at offset 3 is 02",
        "4, 3, the codec at offset 4 is 03",
        "5, 1, reserved byte",
        "6, 2, kind"
    })
    void areRefusedInAnEnvelopeThatIsNotKnown(int at, byte value, String message) throws IOException {
        byte[] dump = Files.readAllBytes(SAMPLES.resolve("vcs-lz4.rdb"));
        dump[at] = value;
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> verify(dump, dump.length))
                .withMessageContaining(message);
    }

    private static RdbSummary verify(byte[] dump, int chunk) {
        RdbVerifier verifier = new RdbVerifier(dump.length, good -> {});
        List<ByteBuffer> chunks = new ArrayList<>();
        for (int at = 0; at < dump.length; at += chunk) {
            chunks.add(ByteBuffer.wrap(dump, at, Math.min(chunk, dump.length - at)));
        }
        verifier.check(Multi.createFrom().iterable(chunks))
                .onItem()
                .ignoreAsUni()
                .await()
                .indefinitely();
        return verifier.facts();
    }

    @ParameterizedTest
    @CsvSource({
        "redis-8.6.3, redis 8.6.3",
        "valkey-9.1.2, valkey 9.1.2",
        "valkey-8.1.1, valkey 8.1.1",
        "redict-7.3.6, redict 7.3.6",
        "redis-stack-7.4.1-modules, redis 7.4.1"
    })
    void nameTheirServer(String name, String server) throws IOException {
        try (DumpFile dump = DumpFile.open(SAMPLES.resolve(name + ".rdb"), true)) {
            RdbHeader header = dump.facts().orElseThrow().header();
            assertThat(header.producer()).isEqualTo(server);
        }
    }

    private static Stream<Path> samples() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            return files.sorted().toList().stream();
        }
    }

    private static boolean compressed(Path file) {
        return file.getFileName().toString().startsWith("vcs");
    }
}
