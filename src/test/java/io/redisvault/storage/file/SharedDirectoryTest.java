package io.redisvault.storage.file;

import static io.redisvault.storage.BackupStorageContract.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.Root;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory to which others write, too, who may be hostile, and file systems that take less. */
@Timeout(60)
class SharedDirectoryTest {

    @TempDir
    private Path directory;

    private Path root;
    private Path victim;
    private BackupStorage storage;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectory(directory.resolve("backups"));
        victim = Files.writeString(directory.resolve("victim"), "number=1\n");
        storage = new FilesystemStorage(root, Runnable::run);
    }

    @Test
    void linksAreNoBackupsAndAreNotFollowed() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), victim);
        Files.createSymbolicLink(root.resolve("dangling"), directory.resolve("nothing"));

        for (String key : List.of("link", "dangling")) {
            assertIsNoBackup(key);
        }
        assertThat(directory.resolve("nothing")).doesNotExist();
        assertThat(victim).hasContent("number=1\n");
    }

    @Test
    void aPipeIsNoBackupAndHoldsNothingUp() throws IOException, InterruptedException {
        pipe(root.resolve("pipe"));
        pipe(root.resolve(".other.1a2b3c4d.part"));

        assertIsNoBackup("pipe");
        assertThat(result(storage.abortIncomplete("", Instant.now().plusSeconds(60), any -> true)))
                .isZero();
    }

    private void assertIsNoBackup(String key) {
        assertThat(result(storage.list("").collect().asList())).isEmpty();
        assertThatThrownBy(() -> result(storage.head(key))).isInstanceOf(StorageException.NotFound.class);
        assertThatThrownBy(() -> result(storage.read(key, 0, 1).collect().asList()))
                .isInstanceOf(StorageException.NotFound.class);
        assertThatThrownBy(() -> put(storage, key)).isInstanceOf(StorageException.AlreadyExists.class);
        result(storage.delete(List.of(key)).collect().asList());
        assertThat(Files.exists(root.resolve(key), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "pipe"})
    void factsOfABackupAreReadFromARegularFileOnly(String kind) throws IOException, InterruptedException {
        Files.writeString(root.resolve("dump"), "12345");
        if (kind.equals("link")) {
            Files.createSymbolicLink(root.resolve(".dump.meta"), victim);
        } else {
            pipe(root.resolve(".dump.meta"));
        }

        assertThat(result(storage.head("dump"))).isEqualTo(new StoredObject("dump", 5));
        result(storage.delete(List.of("dump")).collect().asList());
        put(storage, "dump");

        assertThat(victim).hasContent("number=1\n");
    }

    @Test
    void aFileThatWasSwappedBeforeItIsPublishedIsNoBackup() {
        BackupStorage swapped = new FilesystemStorage(root, Runnable::run, new FilePublisher() {
            @Override
            void link(Path part, Path file) throws IOException {
                Files.delete(part);
                Files.createSymbolicLink(part, victim);
                super.link(part, file);
            }
        });

        assertThatThrownBy(() -> put(swapped, "dump"))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("is not the file that was written");

        assertThat(result(storage.list("").collect().asList())).isEmpty();
        assertThat(victim).hasContent("number=1\n");
    }

    @Test
    void aPartOfAnotherProcessIsLeftAlone() {
        BackupStorage taken = new FilesystemStorage(root, Runnable::run, new FilePublisher() {
            @Override
            FileChannel create(Path part) throws IOException {
                Files.writeString(part, "theirs");
                return super.create(part);
            }
        });

        assertThatThrownBy(() -> put(taken, "dump")).isInstanceOf(StorageException.AlreadyExists.class);

        assertThat(root).isDirectoryContaining("glob:**.part");
    }

    @Test
    void whatIsNoDirectoryIsNamedWithTheSetting() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        Path dangling = Files.createSymbolicLink(root.resolve("dangling"), root.resolve("nothing"));
        for (Path place : List.of(file, file.resolve("below"))) {
            BackupStorage wrong = new FilesystemStorage(place, Runnable::run);
            for (Runnable call : List.<Runnable>of(
                    () -> put(wrong, "dump"),
                    () -> result(wrong.head("dump")),
                    () -> result(wrong.list("").collect().asList()),
                    () -> result(wrong.checkWrite("redis-1_")))) {
                assertThatThrownBy(call::run)
                        .isInstanceOf(StorageException.Other.class)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("not a directory");
            }
        }
        assertThatThrownBy(() -> put(new FilesystemStorage(dangling, Runnable::run), "dump"))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(dangling + " is not a directory");
    }

    @Test
    void aFileSystemThatTakesNoColonsIsFoundOutAtTheStart() throws IOException {
        BackupStorage exfat = new FilesystemStorage(root, Runnable::run, new FilePublisher() {
            @Override
            FileChannel create(Path part) throws IOException {
                if (part.toString().contains(":")) {
                    throw new FileSystemException(part.toString(), null, "Invalid argument");
                }
                return super.create(part);
            }
        });

        assertThatThrownBy(() -> result(exfat.checkWrite("redis-1_")))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(root + " takes no names with colons")
                .hasMessageContaining("mapposix");
        assertThat(result(storage.checkWrite("redis-1_"))).isEmpty();
        assertThat(root).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"No space left on device", "Disk quota exceeded", "Read-only file system", "Stale file handle"})
    void whatAFileSystemRefusesIsSaidInOneLine(String reason) {
        BackupStorage refusing = new FilesystemStorage(root, Runnable::run, new FilePublisher() {
            @Override
            FileChannel create(Path part) throws IOException {
                throw new FileSystemException(part.toString(), null, reason);
            }
        });

        for (Runnable call :
                List.<Runnable>of(() -> put(refusing, "dump"), () -> result(refusing.checkWrite("redis-1_")))) {
            assertThatThrownBy(call::run).isInstanceOf(StorageException.class).satisfies(failure -> assertThat(
                            failure.getMessage())
                    .contains(root.toString(), reason)
                    .doesNotContain("\n", "Exception", "java."));
        }
    }

    /** Of Bitnami's user once, now of another one. */
    @Test
    void whatBelongsToAnotherUserIsNamedAndStopsNothingElse() throws IOException, InterruptedException {
        Root.isNeededBoundByModes();
        for (String name : List.of(".redis-vault.lock", "theirs")) {
            Path file = Files.writeString(root.resolve(name), "12345");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Root.giveTo(1001, file);
        }
        Path lost = Files.createDirectory(root.resolve("lost+found"), FilePaths.OWNERS_DIRECTORY);
        Root.giveTo(1001, lost);

        List<String> said = asBoundByModes(root);

        assertThat(said)
                .containsExactly(
                        "theirs 5",
                        "stored",
                        "Cannot read " + root.resolve("theirs") + ": permission denied: this process runs as user 0, "
                                + root.resolve("theirs")
                                + " belongs to user 1001 with mode 600; run it as that user, or change the owner");
    }

    private static List<String> asBoundByModes(Path root) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Root.BOUND_BY_MODES);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Else it complains of the one it has, on the screen.
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                System.getProperty("java.class.path"),
                SharedDirectoryTest.class.getName(),
                root.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return lines;
    }

    /** Uses a directory as somebody whom its modes bind. */
    public static void main(String[] arguments) {
        BackupStorage storage = new FilesystemStorage(Path.of(arguments[0]), Runnable::run);
        result(storage.list("").collect().asList())
                .forEach(object -> System.out.println(object.key() + " " + object.size()));
        put(storage, "ours");
        System.out.println("stored");
        try {
            result(storage.read("theirs", 0, 5).collect().asList());
        } catch (StorageException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void put(BackupStorage storage, String key) {
        result(storage.put(key, new TestContent(1, 10).content(), Map.of()));
    }

    private static void pipe(Path path) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }
}
