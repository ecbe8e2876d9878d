package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where objects are below the root. A file whose name starts with a dot is never an object: beside an object
 * {@code name}, {@code .name.meta} has its metadata, and {@code .name.1a2b3c4d.part} is one that is still being written.
 */
record FilePaths(Path root) {

    private static final Pattern PART = Pattern.compile("\\.(.+)\\.[0-9a-f]{8}\\.part");
    private static final Pattern METADATA = Pattern.compile("\\.(.+)\\.meta");

    /** The file of a key; refuses keys that cannot be one, or that lead elsewhere by way of a symbolic link. */
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
        Path existing = file.getParent();
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && !existing.equals(root)) {
            existing = existing.getParent();
        }
        if (!existing.equals(root) && !existing.toRealPath().equals(realRoot().resolve(root.relativize(existing)))) {
            throw unfit(key, existing + " is a symbolic link", null);
        }
        return file;
    }

    String key(Path file) {
        return root.relativize(file).toString();
    }

    static Path part(Path file) {
        return beside(
                file, String.format(".%08x.part", ThreadLocalRandom.current().nextInt()));
    }

    static Path metadata(Path file) {
        return beside(file, ".meta");
    }

    /** The file that a part is to become, or null if this is not a part. */
    static Path ofPart(Path part) {
        return owner(PART, part);
    }

    static Path ofMetadata(Path metadata) {
        return owner(METADATA, metadata);
    }

    private Path realRoot() throws IOException {
        try {
            return root.toRealPath();
        } catch (NoSuchFileException notYet) {
            return root;
        }
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling("." + file.getFileName() + suffix);
    }

    private static Path owner(Pattern pattern, Path hidden) {
        Matcher matcher = pattern.matcher(hidden.getFileName().toString());
        return matcher.matches() ? hidden.resolveSibling(matcher.group(1)) : null;
    }

    private static StorageException unfit(String key, String why, Exception cause) {
        return new StorageException.Other("The key '" + key + "' cannot be a file: " + why, cause);
    }
}
