package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Creates files, and publishes a written one under its final name. Never replaces another file. */
class FilePublisher {

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 50;

    /** Creates a new file that only its owner may access. */
    FileChannel create(Path part) throws IOException {
        return FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                FilePaths.OWNER_ONLY);
    }

    /** Fails if no part of this file can be written. Its name must have colons, as those of backups have. */
    void requireWritable(Path file) throws IOException {
        try {
            if (probe(file).isPresent()) {
                return;
            }
        } catch (AccessDeniedException denied) {
            throw denied;
        } catch (FileSystemException refused) {
            // If the name is not the problem, this fails for the same reason.
            probe(file.resolveSibling("redis-vault-access"));
        }
        throw new StorageException.Other(
                file.getParent()
                        + " takes no names with colons, which those of backups have; use a file system that does"
                        + " (exFAT, NTFS and SMB often do not), or mount SMB with the option mapposix",
                null);
    }

    /**
     * Writes and removes a part of a file, and returns its time: the server's, on a network file system. Empty if the
     * directory does not show the part: on some file systems a colon begins the name of another file's stream.
     */
    Optional<Instant> probe(Path file) throws IOException {
        Path part = FilePaths.part(file);
        FileChannel channel = create(part);
        try (channel;
                Stream<Path> files = Files.list(part.getParent())) {
            channel.write(ByteBuffer.allocate(1));
            channel.force(true);
            Instant time = FilePaths.attributes(part).lastModifiedTime().toInstant();
            return files.anyMatch(part::equals) ? Optional.of(time) : Optional.empty();
        } finally {
            Files.delete(part);
        }
    }

    /** @param fileKey of the file that was written; fails if another file has its path by now */
    void publish(Path part, Object fileKey, long size, Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            // Metadata of a deleted backup would be taken for this one's.
            Files.deleteIfExists(FilePaths.metadata(file));
        }
        try {
            link(part, file);
        } catch (FileAlreadyExistsException taken) {
            // NFS may lose the answer although the link was made.
            if (!isSame(file, fileKey)) {
                throw taken;
            }
        } catch (AccessDeniedException denied) {
            throw denied;
        } catch (FileSystemException | UnsupportedOperationException noHardLinks) {
            rename(part, file);
        }
        requireWritten(part, fileKey, size, file);
    }

    /** The only way to name a file without replacing another, both on local file systems and on NFS. */
    void link(Path part, Path file) throws IOException {
        Files.createLink(file, part);
    }

    /**
     * Without hard links: a rename would replace an existing file, so only the process that creates the guard may
     * rename.
     */
    private void rename(Path part, Path file) throws IOException {
        Path guard = FilePaths.guard(file);
        take(guard);
        try {
            Files.move(part, file);
        } finally {
            Files.deleteIfExists(guard);
        }
    }

    private void take(Path guard) throws IOException {
        for (int waited = 0; waited < PATIENCE_MILLIS; waited += PAUSE_MILLIS) {
            try {
                create(guard).close();
                return;
            } catch (FileAlreadyExistsException busy) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
        }
        throw new StorageException.Unavailable(
                "Another process is storing under the same name; remove " + guard + " if none is", null);
    }

    /** Checks that nobody else who may write to the directory swapped the files. */
    private static void requireWritten(Path part, Object fileKey, long size, Path file) throws IOException {
        BasicFileAttributes published = FilePaths.attributes(file);
        // Some FUSE file systems give each name of a file its own file key.
        if (!published.isRegularFile()
                || published.size() != size
                || !isSame(file, fileKey) && !isSame(part, fileKey)) {
            throw new StorageException.Corrupt(
                    file + " is not the file that was written: something else writes to this directory; look into "
                            + file.getParent() + " and remove " + file.getFileName(),
                    null);
        }
    }

    private static boolean isSame(Path path, Object fileKey) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && FilePaths.attributes(path).fileKey().equals(fileKey);
    }
}
