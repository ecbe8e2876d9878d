package io.redisvault.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.storage.TestStorages;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreRunTest {

    @TempDir
    private Path directory;

    @Test
    void aDumpThatIsTooNewForTheServerThatWroteTheOneBeforeItIsSaid() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        SyntheticDump.write(data.resolve("dump.rdb"), 1000, 1);

        assertThat(restore("redis-8.6.3.rdb", data).notes())
                .contains(
                        "redis 6.2.7, which wrote the dump before it, does not load RDB version 13: start a newer server");
        // Now that is the dump before it.
        assertThat(restore("redis-8.0.6.rdb", data).notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    missing/q.rdb | missing; mount it, create it, or correct --to
                    missing       | missing; mount it, create it, or correct --to, where a file's name ends in .rdb
                    """)
    void theDirectoryThatIsMissingIsNamed(String to, String said) {
        assertThatThrownBy(() -> RestoreTarget.at(directory.resolve(to), "dump.rdb"))
                .isInstanceOf(RestoreException.class)
                .hasMessage("there is no directory " + directory + "/" + said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dbfilename other.rdb                         | redis.conf says 'dbfilename other.rdb', so that Redis would ignore
                    appendonly yes,appendfilename "../x.aof"     | the append-only file cannot have the name '../x.aof'
                    appendonly yes,appendfilename ""             | the append-only file cannot have the name ''
                    appendonly yes,appendfilename ..             | the append-only file cannot have the name '..'
                    appendonly yes,appendfilename /etc/x         | the append-only file cannot have the name '/etc/x'
                    """)
    void aFileThatRedisWouldNotLoadIsRefused(String settings, String said) throws IOException {
        Files.write(directory.resolve("redis.conf"), List.of(settings.split(",")));
        assertThatThrownBy(() -> target(false))
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining(said);
    }

    @Test
    void theNameInRedisConfIsTakenByForceOrIfItIsTheSame() throws IOException {
        Path config = Files.writeString(directory.resolve("redis.conf"), "dbfilename \"dump.rdb\"\r\n");
        assertThat(target(false).file()).isEqualTo(directory.resolve("dump.rdb"));
        Files.writeString(config, "dbfilename other.rdb\n");
        assertThat(target(true).file()).isEqualTo(directory.resolve("dump.rdb"));
        Path data = Files.writeString(directory.resolve("dump.rdb"), "not empty");
        assertThat(target(false).existingData()).contains(data);
        Files.delete(data);
        // The byte ff is in no UTF-8 text.
        Files.write(
                config, "# \u00ff\nappendonly yes\nappendfilename a.aof\ndbfilename other.rdb".getBytes(ISO_8859_1));
        assertThat(target(false).file()).isEqualTo(directory.resolve("a.aof"));
    }

    /** Reading one would block, or fail without a word of it. */
    @Test
    void settingsThatAreNoFileAreIgnored() throws Exception {
        Files.createDirectory(directory.resolve("redis.conf"));
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("valkey.conf").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(target(false).file()).isEqualTo(directory.resolve("dump.rdb"));
    }

    @Test
    void settingsThatCannotBeReadAreNamedUnlessTheFormIsSaid() throws IOException {
        Path config = Files.writeString(directory.resolve("redis.conf"), "appendonly yes");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("---------"));
        // Root can read it.
        assumeThat(Files.isReadable(config)).isFalse();
        assertThatThrownBy(() -> target(false))
                .isInstanceOf(RestoreException.class)
                .hasMessage(
                        config + " cannot be read, and it says what Redis loads: let this process read it, or say it"
                                + " with --append-only yes or no");
        assertThat(target(true).file()).isEqualTo(directory.resolve("dump.rdb"));
        assertThat(RestoreTarget.at(directory, "dump.rdb")
                        .in(RestoreTarget.Form.NO, Optional.empty(), Optional.empty(), false)
                        .file())
                .isEqualTo(directory.resolve("dump.rdb"));
    }

    /** Redis would load the old ones, and the next restore would find the new file in its way. */
    @Test
    void aFolderOfAppendOnlyFilesThatStaysTakesTheNewFileBack() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Path folder = Files.createDirectory(data.resolve("appendonlydir"));
        Files.writeString(folder.resolve("a.manifest"), "file a seq 1 type b\n");
        Files.writeString(data.resolve("appendonly.aof"), "old");
        Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05.006Z"), ZoneOffset.UTC);
        Files.writeString(
                Files.createDirectory(data.resolve("appendonlydir.before-2026-01-02T03:04:05.006Z"))
                        .resolve("x"),
                "x");
        String sample = "redis-8.0.6.rdb";
        Files.copy(Path.of("src/test/resources/samples").resolve(sample), directory.resolve(sample));
        RestoreTarget target = new RestoreTarget(data.resolve("appendonly.aof"), true, Optional.empty());

        assertThatThrownBy(() -> run(directory, backup(sample), target, true, clock))
                .hasRootCauseInstanceOf(FileSystemException.class);

        assertThat(data.resolve("appendonly.aof")).hasContent("old");
        assertThat(data.toFile().list()).hasSize(3);
    }

    private RestoreTarget target(boolean force) throws IOException {
        return RestoreTarget.at(directory, "dump.rdb")
                .in(RestoreTarget.Form.AUTO, Optional.empty(), Optional.empty(), force);
    }

    private RestoreResult restore(String sample, Path data) throws IOException {
        Files.copy(Path.of("src/test/resources/samples").resolve(sample), directory.resolve(sample));
        return restore(directory, backup(sample), data, true);
    }

    private Backup backup(String name) throws IOException {
        long bytes = Files.size(directory.resolve(name));
        return new Backup(name, name, "file://a", "a", Instant.EPOCH, bytes, null, null, null, null);
    }

    /** Restores a backup of a directory storage into a data directory. */
    static RestoreResult restore(Path storage, Backup backup, Path data, boolean force) {
        return run(storage, backup, RestoreTarget.at(data, "dump.rdb"), force, Clock.systemUTC());
    }

    private static RestoreResult run(Path storage, Backup backup, RestoreTarget target, boolean force, Clock clock) {
        return new Restore.Run(
                        TestReaders.of(TestStorages.directory(storage)).open(backup),
                        target,
                        new Restore.Options(
                                force, true, Optional.empty(), PosixFilePermissions.fromString("rw-------")),
                        Optional.empty(),
                        clock)
                .write(reading -> {})
                .await()
                .indefinitely();
    }
}
