package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The classes of the application as a JVM has read them once, for those that come after: they start with little more than
 * half the work. Recorded by the first test that starts the application, if the build names a directory for it.
 */
final class ClassArchive {

    /** What to add to the options of the JVM. */
    static final List<String> OPTIONS = Optional.ofNullable(System.getProperty("class.archive.directory"))
            .map(Path::of)
            .map(ClassArchive::options)
            .orElse(List.of());

    private ClassArchive() {}

    private static List<String> options(Path directory) {
        // Of no use for another version, or another build.
        Path archive = directory.resolve("redis-vault-" + Runtime.version() + ".jsa");
        // Test classes run in several processes.
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("class-archive.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (held.isValid() && !isCurrent(archive)) {
                record(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-XX:SharedArchiveFile=" + archive);
    }

    private static boolean isCurrent(Path archive) throws IOException {
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(VaultProcess.JAR)) > 0;
    }

    private static void record(Path archive) throws IOException {
        Path recorded = archive.resolveSibling(archive.getFileName() + ".part");
        try (WorkDirectory backups = new WorkDirectory("rv-archive");
                VaultProcess vault = VaultProcess.withoutArchive(Map.of(
                                "STORAGE_URL",
                                backups.path().toUri().toString(),
                                "REDIS_CONNECTION",
                                "redis://localhost:1"))
                        .jvm("-XX:MaxMetaspaceSize=256m", "-XX:ArchiveClassesAtExit=" + recorded)
                        .serve()) {
            vault.terminate();
            vault.waitFor();
        }
        Files.move(recorded, archive, StandardCopyOption.REPLACE_EXISTING);
    }
}
