package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A temporary directory of its own: gone with its server, or at the latest with the JVM. */
public final class WorkDirectory implements AutoCloseable {

    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> OPEN.forEach(WorkDirectory::delete), "test directories' end"));
    }

    private final Path path;

    /** The name stays short: a Unix socket's whole path may have 107 bytes. */
    public WorkDirectory(String prefix) {
        try {
            path = Files.createTempDirectory(prefix).toRealPath();
            OPEN.add(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return path;
    }

    Path file(String name) {
        return path.resolve(name);
    }

    public Path directory(String name) {
        try {
            return Files.createDirectories(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        delete(path);
        OPEN.remove(path);
    }

    private static void delete(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Someone was faster.
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + root + ": " + e);
        }
    }
}
