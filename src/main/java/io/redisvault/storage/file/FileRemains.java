package io.redisvault.storage.file;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.function.Predicate;

/** What processes that died while they wrote or deleted left behind: parts, and metadata without an object. */
final class FileRemains extends SimpleFileVisitor<Path> {

    private final FilePaths paths;
    private final FilePublisher publisher;
    private final String keyPrefix;
    private final Instant olderThan;
    private final Predicate<String> keys;
    private int removed;

    FileRemains(FilePaths paths, FilePublisher publisher, String keyPrefix, Instant olderThan, Predicate<String> keys) {
        this.paths = paths;
        this.publisher = publisher;
        this.keyPrefix = keyPrefix;
        this.olderThan = olderThan;
        this.keys = keys;
    }

    /** @return how many parts were removed */
    int remove() {
        try {
            Files.walkFileTree(paths.root(), this);
            return removed;
        } catch (IOException e) {
            throw FileErrors.translate("clean up", paths.root(), e);
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts) {
        return isRelevant(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    private boolean isRelevant(Path directory) {
        String key = paths.key(directory);
        return key.isEmpty() || (key + "/").startsWith(keyPrefix) || keyPrefix.startsWith(key + "/");
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
        // The time of the last write: one that is still being written is never old.
        if (!facts.isRegularFile() || !facts.lastModifiedTime().toInstant().isBefore(olderThan)) {
            return FileVisitResult.CONTINUE;
        }
        Path partOf = FilePaths.ofPart(file);
        if (partOf != null && ours(partOf)) {
            removed += Files.deleteIfExists(file) ? 1 : 0;
        }
        Path metadataOf = FilePaths.ofMetadata(file);
        if (metadataOf != null && ours(metadataOf) && !Files.exists(metadataOf, LinkOption.NOFOLLOW_LINKS)) {
            publisher.remove(metadataOf);
        }
        return FileVisitResult.CONTINUE;
    }

    private boolean ours(Path file) {
        String key = paths.key(file);
        return key.startsWith(keyPrefix) && keys.test(key);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        // Others' directories, such as lost+found, may be for others only.
        if (failure instanceof NoSuchFileException || !isRelevant(file)) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }
}
