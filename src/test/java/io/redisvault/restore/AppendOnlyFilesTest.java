package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendOnlyFilesTest {

    @TempDir
    private Path data;

    private AppendOnlyFiles files;

    @BeforeEach
    void setUp() {
        files = new AppendOnlyFiles(data, Optional.empty());
    }

    @Test
    void emptyOnesHoldNoData() throws IOException {
        Path folder = Files.createDirectory(data.resolve("appendonlydir"));
        assertThat(files.data()).isEmpty();
        Files.createFile(folder.resolve("appendonly.aof.manifest"));
        Files.createFile(data.resolve("appendonly.aof"));
        Files.writeString(data.resolve("temp-rewriteaof-12.aof"), "half");
        assertThat(files.data()).isEmpty();
    }

    @Test
    void aManifestThatListsAFileHoldsDataWhateverItsDirectoryIsCalled() throws IOException {
        Path folder = Files.createDirectory(data.resolve("renamed"));
        Files.writeString(folder.resolve("my.manifest"), "file my.1.base.rdb seq 1 type b\n");

        assertThat(files.data()).contains(folder);
    }

    /** Other directories with such files are nothing to a server. */
    @Test
    void onlyTheDirectoryThatIsNamedCounts() throws IOException {
        Path copy = Files.createDirectory(data.resolve("copy"));
        Files.writeString(copy.resolve("a.manifest"), "file a.1.base.rdb seq 1 type b\n");
        AppendOnlyFiles named = new AppendOnlyFiles(data, Optional.of("renamed"));
        assertThat(named.data()).isEmpty();

        Path folder = Files.createDirectory(data.resolve("renamed"));
        Files.writeString(folder.resolve("a.manifest"), "file a.1.base.rdb seq 1 type b\n");
        assertThat(named.data()).contains(folder);
        assertThat(named.moveFoldersAside("now")).containsExactly(data.resolve("renamed.before-now"));
        assertThat(copy).exists();
    }

    @Test
    void theOneOfOldServersHoldsData() throws IOException {
        Path file = Files.writeString(data.resolve("appendonly.aof"), "*1");
        assertThat(files.data()).contains(file);
    }

    @Test
    void foldersAreMovedAsAWholeAndThenAreNoDataAnyMore() throws IOException {
        Path folder = Files.createDirectory(data.resolve("appendonlydir"));
        Files.writeString(folder.resolve("appendonly.aof.manifest"), "file a.1.base.rdb seq 1 type b\n");
        Files.writeString(folder.resolve("a.1.base.rdb"), "REDIS");
        Files.createDirectory(data.resolve("others"));

        assertThat(files.moveFoldersAside("now")).containsExactly(data.resolve("appendonlydir.before-now"));

        assertThat(data.resolve("appendonlydir.before-now/a.1.base.rdb")).hasContent("REDIS");
        assertThat(data.resolve("others")).exists();
        assertThat(files.data()).isEmpty();
    }

    @Test
    void ifOneFolderCannotBeMovedNoneIs() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            Files.writeString(Files.createDirectory(data.resolve(name)).resolve("x.manifest"), "file x seq 1 type b\n");
        }
        // A folder is never renamed over one that has files.
        Files.writeString(Files.createDirectory(data.resolve("b.before-now")).resolve("x"), "x");

        assertThatThrownBy(() -> files.moveFoldersAside("now")).isInstanceOf(FileSystemException.class);

        assertThat(data.toFile().list()).containsExactlyInAnyOrder("a", "b", "c", "b.before-now");
    }
}
