package io.redisvault.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Place where Redis finds its dump when it starts.
 *
 * @param dump the file, in a directory that exists
 */
public record RestoreTarget(Path dump) {

    /**
     * The target that a path means: the file of that path, or in the directory of that path one of the given name.
     *
     * @throws RestoreException if there is no such directory
     */
    public static RestoreTarget at(Path path, String dumpFilename) {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return new RestoreTarget(absolute.resolve(dumpFilename));
        }
        Path directory = absolute.getParent();
        boolean isFile = absolute.toString().endsWith(".rdb") || absolute.endsWith(dumpFilename);
        if (!isFile || directory == null || !Files.isDirectory(directory)) {
            throw new RestoreException(
                    "'" + path + "' is neither a directory that exists nor a file ending in .rdb in one");
        }
        return new RestoreTarget(absolute);
    }

    Path directory() {
        return dump.getParent();
    }

    /** Path of the data that Redis would load if it started now; empty if it would start without data. */
    public Optional<String> existingData() {
        return hasDump() ? Optional.of(dump.toString()) : appendOnlyFile();
    }

    boolean hasDump() {
        return Files.exists(dump, LinkOption.NOFOLLOW_LINKS);
    }

    /** Files of {@code appendonly yes}, which Redis then loads instead of the dump. */
    Optional<String> appendOnlyFile() {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(RestoreTarget::isAppendOnly).map(Path::toString).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Redis 7 and later keep a directory of them, earlier ones a single file. */
    private static boolean isAppendOnly(Path file) {
        String name = file.getFileName().toString();
        return name.equals("appendonlydir") || name.endsWith(".aof") || name.endsWith(".aof.manifest");
    }
}
