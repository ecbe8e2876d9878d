package io.redisvault.restore;

import io.redisvault.storage.DirectorySync;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the append-only files in a data directory: with {@code appendonly yes} Redis loads them and ignores a dump. Redis
 * 7 and later keep them in a subdirectory with a manifest, older versions have a single file.
 *
 * @param dirname name of the subdirectory; if empty, any subdirectory that holds such files counts
 */
record AppendOnlyFiles(Path directory, Optional<String> dirname) {

    /** Part of the names of files that a restore moved aside. */
    static final String KEPT = ".before-";

    private static final String FILE = ".aof";
    /** Prefix of files that a killed rewrite leaves behind. */
    private static final String TEMPORARY = "temp-";

    private static final String MANIFEST = ".manifest";

    /** Path of a file or subdirectory that Redis would load. Empty files and manifests that list nothing do not count. */
    Optional<Path> data() throws IOException {
        for (Path entry : entries(directory)) {
            if (isAppendOnlyFile(entry) && Files.size(entry) > 0) {
                return Optional.of(entry);
            }
        }
        for (Path folder : folders()) {
            for (Path entry : entries(folder)) {
                boolean hasData =
                        isManifest(entry) ? listsFiles(entry) : isAppendOnlyFile(entry) && Files.size(entry) > 0;
                if (hasData) {
                    return Optional.of(folder);
                }
            }
        }
        return Optional.empty();
    }

    /** Renames the subdirectories of Redis 7 and later, all or none; returns their new paths. */
    List<Path> moveFoldersAside(String suffix) throws IOException {
        Map<Path, Path> moved = new LinkedHashMap<>();
        try {
            for (Path folder : folders()) {
                Path kept = folder.resolveSibling(folder.getFileName() + KEPT + suffix);
                Files.move(folder, kept, StandardCopyOption.ATOMIC_MOVE);
                moved.put(kept, folder);
                DirectorySync.force(directory);
            }
        } catch (IOException e) {
            for (Map.Entry<Path, Path> move : moved.entrySet()) {
                Files.move(move.getKey(), move.getValue(), StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        return List.copyOf(moved.keySet());
    }

    private List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path entry : entries(directory)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                    && (dirname.isPresent() ? entry.endsWith(dirname.get()) : holdsAppendOnlyFiles(entry))) {
                folders.add(entry);
            }
        }
        return folders;
    }

    private static boolean holdsAppendOnlyFiles(Path folder) throws IOException {
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

    private static boolean listsFiles(Path manifest) throws IOException {
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
