package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            verifier.check(dump.bytes(Runnable::run))
                    .onItem()
                    .ignoreAsUni()
                    .await()
                    .indefinitely();
            assertThat(verifier.facts().checksummed()).isTrue();
            assertThat(verifier.facts().header().isNewerThanKnown()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void ofAServerThatCompressesThemWholeAreNamedAsSuch(Path file) {
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> DumpFile.open(file, true).close())
                .withMessageContaining("Valkey compressed as a whole")
                .withMessageContaining("rdbcompression yes");
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
            assertThat(header.producer() + " " + header.producerVersion().orElseThrow())
                    .isEqualTo(server);
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
