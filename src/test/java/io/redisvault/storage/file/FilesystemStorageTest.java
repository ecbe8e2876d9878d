package io.redisvault.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.redisvault.servers.ProcessStatus;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorage.Deletion;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    void aBackupIsOneFileThatOnlyItsOwnerCanRead() throws IOException {
        result(storage().put("a/dump.rdb", new TestContent(1, 10).content(), Map.of("rdb-version", "11")));

        try (Stream<Path> files = Files.walk(root()).skip(1)) {
            assertThat(files).containsExactly(root().resolve("a"), root().resolve("a/dump.rdb"));
        }
        assertThat(mode("a")).isEqualTo("rwx------");
        assertThat(mode("a/dump.rdb")).isEqualTo("rw-------");
        assertThat(storage().url("a/dump.rdb")).isEqualTo("file://" + root() + "/a/dump.rdb");
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve(name)));
    }

    @Test
    void factsThatAnEarlierVersionKeptBesideABackupAreReadAndGoWithIt() throws IOException {
        Files.writeString(root().resolve("dump.rdb"), "12345");
        Path facts = Files.writeString(root().resolve(".dump.rdb.meta"), "#A comment\nrdb-version=11\n");

        assertThat(result(storage().head("dump.rdb")))
                .isEqualTo(new StoredObject("dump.rdb", 5, Map.of("rdb-version", "11")));
        assertThat(keys("")).containsExactly("dump.rdb");

        result(storage().delete(List.of("dump.rdb")).collect().asList());
        assertThat(facts).doesNotExist();
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
    void factsOfABackupThatIsGoneAreNotThoseOfANewOne() throws IOException {
        Files.writeString(FilePaths.metadata(root().resolve("again")), "number=1\n");

        put("again", new TestContent(1, 10));

        assertThat(result(storage().head("again")).metadata()).isEmpty();
    }

    @Test
    void factsThatCannotBeReadAreUnknown() throws IOException {
        Files.writeString(root().resolve("dump.rdb"), "12345");
        Files.write(root().resolve(".dump.rdb.meta"), new byte[] {'a', '=', '\\', 'u', 'x', (byte) 0xff});

        assertThat(result(storage().head("dump.rdb"))).isEqualTo(new StoredObject("dump.rdb", 5));
    }

    @Test
    void tidiesUpInAnEmptyPlace() {
        BackupStorage away = new FilesystemStorage(root().resolve("away"), WORKERS);
        assertThat(result(away.abortIncomplete("redis-1_", Instant.now(), any -> true)))
                .isZero();
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

        assertThat(result(storage().abortIncomplete("", Instant.now().plusSeconds(60), any -> true)))
                .isEqualTo(1);

        assertThat(keys("")).containsExactly("stored");
    }

    @Test
    void theClockIsThatOfANewFile() throws IOException {
        assertThat(result(storage().clock()).orElseThrow()).isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
        assertThat(root()).isEmptyDirectory();
        assertThat(result(new FilesystemStorage(root().resolve("away"), WORKERS).clock()))
                .isEmpty();
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
        result(new FilesystemStorage(root().resolve("not-yet"), WORKERS).checkAccess());
        for (Call call : List.<Call>of(
                storage -> result(storage.checkAccess()),
                storage -> result(storage.checkWrite("redis-1_")),
                storage -> result(storage.put("key", new TestContent(1, 1).content(), Map.of())),
                storage -> result(storage.list("").collect().asList()))) {
            assertThatThrownBy(() -> call.on(new FilesystemStorage(root().resolve("no/where/backups"), WORKERS)))
                    .isInstanceOf(StorageException.NotFound.class)
                    .hasMessageContaining("there is no directory " + root().resolve("no") + ";");
        }
        Path file = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> result(new FilesystemStorage(file.resolve("below"), WORKERS).checkAccess()))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(file + " is not a directory");
        assertThatThrownBy(() -> result(new FilesystemStorage(Path.of("/proc/backups"), WORKERS).checkAccess()))
                .isInstanceOf(StorageException.AccessDenied.class)
                .hasMessageContaining("mount a writable volume");
    }

    @Test
    void aPlaceToWhichNothingCanBeWrittenIsFoundOutAtTheStart() throws IOException {
        assertThatThrownBy(
                        () -> result(new FilesystemStorage(Path.of("/proc/self/task"), WORKERS).checkWrite("redis-1_")))
                .isInstanceOf(StorageException.AccessDenied.class)
                .hasMessageContaining("mount a writable volume");
        Path file = Files.writeString(root().resolve("redis"), "x");

        assertThatThrownBy(() -> result(storage().checkWrite("redis/redis-1_")))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(file + " is not a directory");
    }

    private interface Call {
        void on(BackupStorage storage);
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
