package io.redisvault.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redisvault.servers.ProcessStatus;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.Deletion;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FilesystemStorageTest extends BackupStorageContract {

    static final ExecutorService WORKERS = Executors.newFixedThreadPool(8);

    private static final int MANY = 10_500;

    @TempDir
    Path directory;

    @BeforeEach
    void createRoot() throws IOException {
        Files.createDirectories(root());
    }

    Path root() {
        return directory.resolve("backups");
    }

    @Override
    protected BackupStorage storage() {
        return new FilesystemStorage(root(), WORKERS);
    }

    @Override
    protected int partSize() {
        return 1024 * 1024;
    }

    @Override
    protected boolean acceptsKey(String key) {
        // With LANG=C, Java cannot name every file.
        return Charset.forName(System.getProperty("sun.jnu.encoding"))
                .newEncoder()
                .canEncode(key);
    }

    @Override
    protected int unfinished(String prefix) {
        return hidden(".part", prefix).size();
    }

    @Override
    protected boolean abandonUploadOf(String key) {
        try {
            Path file = root().resolve(key);
            Files.createDirectories(file.getParent());
            Files.write(FilePaths.part(file), new byte[10]);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void refusesKeysThatLeadOutOfTheRoot() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.createSymbolicLink(root().resolve("link"), outside);
        Files.writeString(outside.resolve("secret"), "secret");

        for (String key : List.of(
                "../outside/x",
                "a/../../x",
                "/etc/x",
                "a//b",
                "",
                ".",
                "a/.",
                ".hidden",
                "a\\b",
                "nul\0l",
                "link/x",
                "link/secret",
                "link/new/x",
                "a/")) {
            assertThatThrownBy(() -> put(key, new TestContent(1, 1)))
                    .as(key)
                    .isInstanceOf(StorageException.Other.class);
            assertThatThrownBy(() -> result(storage().head(key))).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> checksum(storage().read(key, 0, 1))).isInstanceOf(StorageException.class);
            assertThat(result(storage().delete(List.of(key)).collect().asList()))
                    .noneMatch(Deletion::succeeded);
        }

        assertThat(outside).isDirectoryContaining("glob:**secret");
        assertThat(keys("")).isEmpty();
        assertThat(keys("../outside/")).isEmpty();
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void worksBelowARootThatIsASymbolicLink() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.delete(root());
        Files.createSymbolicLink(root(), volume);

        put(key("a/b"), new TestContent(1, 10));

        assertThat(volume.resolve(key("a/b"))).hasSize(10);
        assertThat(keys("")).containsExactly(key("a/b"));
    }

    @Test
    void leavesAFileThatAnybodyCanRead() throws IOException {
        result(storage().put("dump.rdb", new TestContent(1, 10).content(), Map.of("rdb-version", "11")));

        try (Stream<Path> files = Files.list(root())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("dump.rdb", ".dump.rdb.meta", PublishLock.NAME);
        }
        assertThat(storage().url("dump.rdb")).isEqualTo("file://" + root() + "/dump.rdb");
        result(storage().delete(List.of("dump.rdb")).collect().asList());
        assertThat(hidden(".meta", "")).isEmpty();
    }

    @Test
    void listsWhatOthersPutThere() throws IOException {
        Files.createDirectories(root().resolve("a"));
        Files.writeString(root().resolve("a/copied.rdb"), "12345");
        Files.writeString(root().resolve("a-b"), "1");
        Files.writeString(root().resolve(".hidden"), "1");

        assertThat(result(storage().list("").collect().asList()))
                .containsExactlyInAnyOrder(new StoredObject("a-b", 1), new StoredObject("a/copied.rdb", 5));
        assertThat(result(storage().head("a/copied.rdb"))).isEqualTo(new StoredObject("a/copied.rdb", 5));
    }

    @Test
    void aDirectoryOfTenThousandFilesIsReadAsItsFilesAreAskedFor() throws IOException {
        Files.createDirectories(root());
        for (int i = 0; i < MANY; i++) {
            Files.createFile(root().resolve("many-" + i));
        }
        assertThat(keys("many-")).hasSize(MANY).doesNotHaveDuplicates();

        AssertSubscriber<StoredObject> listing =
                storage().list("many-").subscribe().withSubscriber(AssertSubscriber.create(3));
        listing.awaitItems(3, PATIENCE);
        for (int i = 0; i < MANY; i++) {
            Files.delete(root().resolve("many-" + i));
        }

        // Had all been read before the first was handed out, all would come.
        listing.request(MANY).awaitCompletion(PATIENCE);
        assertThat(listing.getItems()).hasSizeLessThan(100);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aListingThatIsGivenUpLeavesNoDirectoryOpen() throws IOException {
        put("a/b/c", new TestContent(1, 10));
        put("a/b/d", new TestContent(1, 10));
        AssertSubscriber<StoredObject> listing =
                storage().list("").subscribe().withSubscriber(AssertSubscriber.create(1));
        listing.awaitItems(1, PATIENCE);
        assertThat(ProcessStatus.own().openFilesBelow(root())).isPositive();

        listing.cancel();

        await().atMost(PATIENCE).until(() -> ProcessStatus.own().openFilesBelow(root()) == 0);
    }

    @Test
    void metadataOfAPublicationThatDiedAreReplaced() throws IOException {
        Files.writeString(FilePaths.metadata(root().resolve("again")), "number=1\n");

        put("again", new TestContent(1, 10));

        assertThat(result(storage().head("again")).metadata()).isEmpty();
    }

    @Test
    void removesOldMetadataWithoutAnObject() throws IOException {
        result(storage().put("kept", new TestContent(1, 10).content(), Map.of("number", "1")));
        Path orphan = Files.writeString(FilePaths.metadata(root().resolve("gone")), "number=1\n");
        FileTime old = FileTime.from(Instant.now().minusSeconds(7200));
        Files.setLastModifiedTime(orphan, old);
        Files.setLastModifiedTime(FilePaths.metadata(root().resolve("kept")), old);

        result(storage().removeUnfinished("", Instant.now().minusSeconds(3600), any -> true));

        assertThat(orphan).doesNotExist();
        assertThat(result(storage().head("kept")).metadata()).containsEntry("number", "1");
    }

    @Test
    void aDirectoryThatIsForOthersOnlyDoesNotEndTheTidyingUp() throws IOException {
        FileRemains remains = new FileRemains(
                new FilePaths(root()), new FilePublisher(root()), "redis-vault/node_", Instant.now(), any -> true);
        Path theirs = root().resolve("lost+found");
        Path ours = root().resolve("redis-vault");
        assertThat(remains.visitFileFailed(theirs, new AccessDeniedException(theirs.toString())))
                .isEqualTo(FileVisitResult.CONTINUE);
        assertThatThrownBy(() -> remains.visitFileFailed(ours, new AccessDeniedException(ours.toString())))
                .isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void aRootThatIsNotThereIsNotEmpty() {
        BackupStorage away = new FilesystemStorage(root().resolve("away"), Runnable::run);
        assertThatThrownBy(() -> away.list("").collect().asList().await().indefinitely())
                .isInstanceOf(StorageException.NotFound.class)
                .hasMessageContaining("there is no directory");
    }

    @Test
    void aPublicationThatDiedAfterTakingItsNameCountsAndIsTidiedUp() throws IOException {
        put("stored", new TestContent(1, 10));
        Files.createLink(FilePaths.part(root().resolve("stored")), root().resolve("stored"));

        assertThat(result(storage().removeUnfinished("", Instant.now().plusSeconds(60), any -> true)))
                .isEqualTo(1);

        assertThat(keys("")).containsExactly("stored");
    }

    @Test
    void aFullDiskIsSaidInPlainWords() throws IOException {
        Path full = Path.of("/dev/full");
        StorageException failure =
                FileErrors.translate("write", full, new FileSystemException("x", null, "No space left on device"));

        assertThat(failure)
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("keep fewer backups");
    }

    @Test
    void checkAccessSaysWhatIsWrong() throws IOException {
        result(new FilesystemStorage(root().resolve("not/yet"), WORKERS).checkAccess());
        Path file = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> result(new FilesystemStorage(file.resolve("below"), WORKERS).checkAccess()))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(file + " is not a directory");
        assertThatThrownBy(() -> result(new FilesystemStorage(Path.of("/proc/backups"), WORKERS).checkAccess()))
                .isInstanceOf(StorageException.AccessDenied.class)
                .hasMessageContaining("mount a writable volume");
    }

    List<Path> hidden(String suffix, String keyPrefix) {
        if (!Files.exists(root())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root())) {
            return files.filter(file -> file.getFileName().toString().matches("\\..*" + suffix))
                    .filter(file -> root().relativize(file)
                            .toString()
                            .replaceFirst("(^|/)\\.([^/]*)$", "$1$2")
                            .startsWith(keyPrefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
