package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.Root;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A directory to which others write as well. */
@Timeout(30)
class DumpWriterTest {

    private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");
    private static final String LEFTOVER = ".redis-vault-restore-leftover";

    @TempDir
    private Path root;

    private Path directory;
    private Path dump;
    private Path victim;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(root.resolve("data"));
        dump = directory.resolve("dump.rdb");
        victim = Files.writeString(root.resolve("victim"), "precious");
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    @Test
    void publishesWhatWasWritten() throws IOException {
        try (DumpWriter writer = written()) {
            writer.publish(Optional.empty());
        }
        assertThat(dump).hasContent("dump");
        assertThat(mode(dump)).isEqualTo("rw-r-----");
        assertThat(Files.getLastModifiedTime(dump).toInstant()).isEqualTo(MODIFIED);
        assertThat(names()).containsExactly("dump.rdb");
    }

    @Test
    void replacesADumpOnlyWhenItIsKept() throws IOException {
        Files.writeString(dump, "before");
        try (DumpWriter writer = written()) {
            assertThatThrownBy(() -> writer.publish(Optional.empty())).isInstanceOf(FileAlreadyExistsException.class);
            assertThat(dump).hasContent("before");
            writer.publish(Optional.of(directory.resolve("kept")));
        }
        assertThat(dump).hasContent("dump");
        assertThat(directory.resolve("kept")).hasContent("before");
        assertThat(names()).containsExactly("dump.rdb", "kept");
    }

    @Test
    void aLinkInTheDumpsPlaceIsKeptAndNotFollowed() throws IOException {
        Files.createSymbolicLink(dump, victim);
        try (DumpWriter writer = written()) {
            assertThatThrownBy(() -> writer.publish(Optional.empty())).isInstanceOf(FileAlreadyExistsException.class);
            writer.publish(Optional.of(directory.resolve("kept")));
        }
        assertThat(Files.isRegularFile(dump, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(dump).hasContent("dump");
        assertThat(directory.resolve("kept")).isSymbolicLink();
        assertThat(victim).hasContent("precious");
    }

    @Test
    void aTemporaryFileThatWasSwappedForALinkIsNotPublished() throws IOException {
        try (DumpWriter writer = DumpWriter.begin(dump, 4)) {
            Path temporary = directory.resolve(names().get(0));
            Files.delete(temporary);
            Files.createSymbolicLink(temporary, victim);
            writer.write(bytes());
            writer.finish(PosixFilePermissions.fromString("rw-r-----"), MODIFIED);
            assertThatThrownBy(() -> writer.publish(Optional.empty()))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("another process replaced this file");
        }
        assertThat(victim).hasContent("precious");
        assertThat(mode(victim)).isEqualTo("rw-rw-rw-");
        assertThat(names()).isEmpty();
    }

    @Test
    void aTemporaryFileThatWasSwappedForAnotherIsNotPublished() throws IOException {
        Files.writeString(dump, "before");
        try (DumpWriter writer = written()) {
            Path temporary = directory.resolve(names().get(0));
            Files.move(victim, temporary, StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> writer.publish(Optional.of(directory.resolve("kept"))))
                    .hasMessageContaining("another process replaced this file");
        }
        assertThat(dump).hasContent("before");
    }

    @Test
    void leftoversOfKilledRestoresAreRemoved() throws IOException {
        Files.writeString(directory.resolve(LEFTOVER), "half a dump");
        DumpWriter.begin(dump, 4).close();
        assertThat(names()).isEmpty();
    }

    @Test
    void linksAndPipesThatLookLikeLeftoversAreLeftAlone() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve(LEFTOVER + "-link"), victim);
        Path pipe = directory.resolve(LEFTOVER + "-pipe");
        Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        try (DumpWriter writer = written()) {
            writer.publish(Optional.empty());
        }
        assertThat(dump).hasContent("dump");
        assertThat(link).isSymbolicLink();
        assertThat(pipe).exists();
        assertThat(victim).hasContent("precious");
    }

    @Test
    void anotherUsersLeftoverDoesNotRefuseARestore() throws IOException {
        Root.isNeeded();
        Path other = Files.writeString(directory.resolve(LEFTOVER), "of another user");
        Root.giveTo(999, other);
        try (DumpWriter writer = written()) {
            writer.publish(Optional.empty());
        }
        assertThat(dump).hasContent("dump");
        assertThat(other).hasContent("of another user");
    }

    private DumpWriter written() throws IOException {
        DumpWriter writer = DumpWriter.begin(dump, 4);
        writer.write(bytes());
        writer.finish(PosixFilePermissions.fromString("rw-r-----"), MODIFIED);
        return writer;
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap("dump".getBytes(StandardCharsets.US_ASCII));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
