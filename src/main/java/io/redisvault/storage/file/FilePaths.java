package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Maps keys to files below the root. A file whose name starts with a dot is never an object: for example,
 * {@code .name.1a2b3c4d.part} is still being written. Links are not followed, and only regular files are opened.
 */
record FilePaths(Path root) {

    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final Pattern PART = Pattern.compile("((?:.*/)?)\\.([^/]+)\\.[0-9a-f]{8}\\.part");

    /** Returns the file of a key. Fails if the key is not valid, or if a symbolic link in its path leads elsewhere. */
    Path file(String key) throws IOException {
        for (String segment : key.split("/", -1)) {
            if (segment.isEmpty() || segment.startsWith(".") || segment.indexOf('\\') >= 0) {
                throw unfit(key, "no part of it may be empty, start with a dot or contain a backslash", null);
            }
        }
        Path file;
        try {
            file = root.resolve(key);
        } catch (InvalidPathException e) {
            throw unfit(key, e.getReason(), e);
        }
        for (Path above = file.getParent(); !above.equals(root); above = above.getParent()) {
            if (Files.isSymbolicLink(above)) {
                throw unfit(key, above + " is a symbolic link", null);
            }
        }
        return file;
    }

    /** Creates a directory, and the root if its parent exists. */
    void createDirectories(Path directory) throws IOException {
        // Needed for a root that is a symbolic link: creating directories below takes the link for a file.
        if (Files.isDirectory(directory)) {
            return;
        }
        for (Path above = directory; above != null; above = above.getParent()) {
            if (Files.exists(above, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(above)) {
                throw new StorageException.Other(
                        above + " is not a directory; give the path of one to keep backups in", null);
            }
        }
        if (!Files.exists(root) && !Files.exists(root.getParent())) {
            throw missing(root.getParent());
        }
        Files.createDirectories(directory, OWNERS_DIRECTORY);
    }

    /** Returns a failure that names the first missing directory of a path. */
    static StorageException missing(Path directory) {
        Path parent = directory.getParent();
        return parent != null && !Files.exists(parent)
                ? missing(parent)
                : new StorageException.NotFound(
                        "there is no directory " + directory
                                + "; mount the volume of the backups there, create it, or correct STORAGE_URL",
                        null);
    }

    static Path part(Path file) {
        return beside(
                file, String.format(".%08x.part", ThreadLocalRandom.current().nextInt()));
    }

    /** Lock file for a rename. Named like a part, so that it is removed like one if its process dies. */
    static Path guard(Path file) {
        return beside(file, ".00000000.part");
    }

    static Path metadata(Path file) {
        return beside(file, ".meta");
    }

    /** Returns the key of the object that a part belongs to, given the part's own key; empty if it is no part. */
    static Optional<String> keyOfPart(String part) {
        return Optional.of(PART.matcher(part)).filter(Matcher::matches).map(found -> found.group(1) + found.group(2));
    }

    /** True for keys that no object has. */
    static boolean isHidden(String key) {
        return key.startsWith(".", key.lastIndexOf('/') + 1);
    }

    static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Fails with {@link NoSuchFileException} for anything but a regular file, for example a link or a pipe. */
    static BasicFileAttributes regular(Path file) throws IOException {
        BasicFileAttributes attributes = attributes(file);
        if (!attributes.isRegularFile()) {
            throw new NoSuchFileException(file.toString());
        }
        return attributes;
    }

    /** Opens a regular file for reading; fails if it was replaced while it was opened. */
    static FileChannel open(Path file) throws IOException {
        Object seen = regular(file).fileKey();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        if (!seen.equals(regular(file).fileKey())) {
            channel.close();
            throw new NoSuchFileException(file.toString());
        }
        return channel;
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling("." + file.getFileName() + suffix);
    }

    private static StorageException unfit(String key, String why, Exception cause) {
        return new StorageException.Other("The key '" + key + "' cannot be a file: " + why, cause);
    }
}
