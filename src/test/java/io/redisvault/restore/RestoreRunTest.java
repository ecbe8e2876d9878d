package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.storage.TestStorages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
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

    private RestoreResult restore(String sample, Path data) throws IOException {
        Path file = Files.copy(Path.of("src/test/resources/samples").resolve(sample), directory.resolve(sample));
        Backup backup =
                new Backup(sample, sample, "file://a", "a", Instant.EPOCH, Files.size(file), null, null, null, null);
        return restore(directory, backup, data, true);
    }

    /** Restores a backup of a directory storage into a data directory. */
    static RestoreResult restore(Path storage, Backup backup, Path data, boolean force) {
        return new Restore.Run(
                        TestReaders.of(TestStorages.directory(storage)).open(backup),
                        RestoreTarget.at(data, "dump.rdb"),
                        new RestoreOptions(force, true, Optional.empty(), PosixFilePermissions.fromString("rw-------")),
                        Optional.empty(),
                        Clock.systemUTC())
                .write(reading -> {})
                .await()
                .indefinitely();
    }
}
