package io.redisvault.restore;

import io.redisvault.storage.DirectorySync;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files of {@code appendonly yes} in a data directory. Redis 7 and later keep a directory of them with a manifest, earlier
 * ones a single file.
 *
 * @param dirname of that directory; any that looks like one when empty
 */
record AppendOnlyFiles(Path directory, Optional<String> dirname) {

    /** What a restore gives to those that it moves aside. */
    static final String KEPT = ".before-";

    private static final String FILE = ".aof";
    /** What a rewrite left that was killed. */
    private static final String TEMPORARY = "temp-";

    private static final String MANIFEST = ".manifest";

    /** One that holds data, as Redis sees it: an empty one and a manifest that lists nothing hold none. */
    Optional<Path> data() throws IOException {
        for (Path entry : entries(directory)) {
            if (isAppendOnlyFile(entry) && Files.size(entry) > 0) {
                return Optional.of(entry);
            }
        }
        for (Path folder : folders()) {
            for (Path entry : entries(folder)) {
                boolean holds = isManifest(entry) ? lists(entry) : isAppendOnlyFile(entry) && Files.size(entry) > 0;
                if (holds) {
                    return Optional.of(folder);
                }
            }
        }
        return Optional.empty();
    }

    /** Moves the directories of Redis 7 and later aside as a whole; says where they are now. */
    List<Path> moveFoldersAside(String suffix) throws IOException {
        List<Path> moved = new ArrayList<>();
        for (Path folder : folders()) {
            Path kept = folder.resolveSibling(folder.getFileName() + KEPT + suffix);
            Files.move(folder, kept, StandardCopyOption.ATOMIC_MOVE);
            DirectorySync.force(directory);
            moved.add(kept);
        }
        return moved;
    }

    private List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path entry : entries(directory)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                    && (dirname.isPresent() ? entry.endsWith(dirname.get()) : looksLikeOne(entry))) {
                folders.add(entry);
            }
        }
        return folders;
    }

    private static boolean looksLikeOne(Path folder) throws IOException {
        return !folder.getFileName().toString().contains(KEPT)
                && Files.isReadable(folder)
                && entries(folder).stream().anyMatch(file -> isManifest(file) || isAppendOnlyFile(file));
    }

    private static boolean isManifest(Path file) {
        return file.getFileName().toString().endsWith(MANIFEST) && Files.isRegularFile(file);
    }

    private static boolean isAppendOnlyFile(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(FILE) && !name.startsWith(TEMPORARY) && Files.isRegularFile(file);
    }

    private static boolean lists(Path manifest) throws IOException {
        return Files.readString(manifest, StandardCharsets.ISO_8859_1)
                .lines()
                .anyMatch(line -> line.startsWith("file "));
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
