package io.redisvault.docs;

import static io.redisvault.storage.Arrived.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.codec.AgeDecoder;
import io.redisvault.codec.AgeEncoder;
import io.redisvault.codec.AgeKeys;
import io.redisvault.codec.Codec;
import io.redisvault.codec.ZstdDecoder;
import io.redisvault.codec.ZstdEncoder;
import io.redisvault.rdb.SyntheticDump;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/restore.md does by hand with the programs {@code age} and {@code zstd}, where the system has them. */
class ByHandTest {

    private static final String COMMAND = Page.of("docs/restore.md")
            .section("Without redis-vault")
            .blocks("bash")
            .get(1);

    private final AgeKeys.Pair keys = AgeKeys.generate();

    @TempDir
    private Path directory;

    private byte[] dump;

    @BeforeEach
    void write() throws IOException, InterruptedException {
        assumeThat(run("age --version && zstd --version"))
                .as("age and zstd must be installed")
                .isZero();
        dump = Files.readAllBytes(SyntheticDump.write(directory.resolve("original.rdb"), 700_000, 1));
        Files.writeString(directory.resolve("key.txt"), keys.identity());
    }

    @Test
    void theDumpComesBackByteForByte() throws IOException, InterruptedException {
        Multi<ByteBuffer> small = Codec.apply(
                () -> new ZstdEncoder(3, dump.length), Multi.createFrom().item(ByteBuffer.wrap(dump)));
        String file = COMMAND.replaceAll("(?s).* (\\S+\\.age) .*", "$1");
        Files.write(
                directory.resolve(file), bytes(Codec.apply(() -> new AgeEncoder(List.of(keys.recipient())), small)));

        assertThat(run(COMMAND)).isZero();

        assertThat(directory.resolve("dump.rdb")).hasBinaryContent(dump);
    }

    @Test
    void whatWasMadeByHandIsReadToo() throws IOException, InterruptedException {
        assertThat(run("zstd -q -1 original.rdb && age -r " + keys.recipient() + " original.rdb.zst > made"))
                .isZero();
        Multi<ByteBuffer> opened = Codec.apply(
                () -> new AgeDecoder(List.of(keys.identity())),
                Multi.createFrom().item(ByteBuffer.wrap(Files.readAllBytes(directory.resolve("made")))));

        assertThat(bytes(Codec.apply(() -> ZstdDecoder.bounded(OptionalLong.empty()), opened)))
                .isEqualTo(dump);
    }

    @Test
    void theKeysAreThoseOfAgeKeygen() throws IOException, InterruptedException {
        assertThat(run("age-keygen -y key.txt > recipient")).isZero();
        assertThat(directory.resolve("recipient")).hasContent(keys.recipient());
        assertThat(run("age-keygen > other.txt")).isZero();
        List<String> other = Files.readAllLines(directory.resolve("other.txt"));
        AgeKeys.requireRecipient(other.get(1).replace("# public key: ", ""));
        AgeKeys.requireIdentity(other.get(2));
    }

    private int run(String commands) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = shell.waitFor();
        if (code != 0) {
            System.out.println(commands + ": " + said);
        }
        return code;
    }
}
