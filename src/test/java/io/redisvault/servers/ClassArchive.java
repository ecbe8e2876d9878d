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
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The classes of a program as a JVM has read them once, for those that come after: they start with little more than half
 * the work. Recorded by the first test that starts the program, if the build names a directory for it.
 */
final class ClassArchive {

    private static final Optional<Path> DIRECTORY =
            Optional.ofNullable(System.getProperty("class.archive.directory")).map(Path::of);

    private ClassArchive() {}

    /**
     * What to add to the options of the JVM.
     *
     * @param recording runs the program once, to its end, with the option that it is given
     */
    static List<String> options(String program, Path jar, Consumer<String> recording) {
        return DIRECTORY
                .map(directory -> options(directory, program, jar, recording))
                .orElse(List.of());
    }

    private static List<String> options(Path directory, String program, Path jar, Consumer<String> recording) {
        // Of no use for another version, or another build.
        Path archive = directory.resolve(program + "-" + Runtime.version() + ".jsa");
        // Test classes run in several processes.
        try (FileChannel channel = FileChannel.open(
                        directory.resolve(program + "-archive.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (held.isValid() && !isNewer(archive, jar)) {
                Path recorded = directory.resolve(archive.getFileName() + ".part");
                recording.accept("-XX:ArchiveClassesAtExit=" + recorded);
                Files.move(recorded, archive, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-XX:SharedArchiveFile=" + archive);
    }

    private static boolean isNewer(Path archive, Path jar) throws IOException {
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
    }
}
