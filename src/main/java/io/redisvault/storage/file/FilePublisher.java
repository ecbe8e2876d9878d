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

/** Makes files, and gives a written one the name that makes it an object: never one that is taken. */
class FilePublisher {

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 50;

    /** A file that is not there yet, for its owner only. */
    FileChannel create(Path part) throws IOException {
        return FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                FilePaths.OWNER_ONLY);
    }

    /** Fails where no part could be written of a file with this name, which has colons. */
    void requireWritable(Path file) throws IOException {
        try {
            if (probe(file).isPresent()) {
                return;
            }
        } catch (AccessDeniedException denied) {
            throw denied;
        } catch (FileSystemException refused) {
            // If it is not the name, this fails for the same reason.
            probe(file.resolveSibling("redis-vault-access"));
        }
        throw new StorageException.Other(
                file.getParent()
                        + " takes no names with colons, which those of backups have; use a file system that does"
                        + " (exFAT, NTFS and SMB often do not), or mount SMB with the option mapposix",
                null);
    }

    /**
     * Writes and removes a part of a file, and tells its time: the server's, on a network file system. Empty if the part cannot
     * be seen in the directory: a colon may begin a stream of another file.
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

    /** @param fileKey of what was written; nothing else is published, whatever has its path by now */
    void publish(Path part, Object fileKey, long size, Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            // Of a backup that is gone; its facts would be taken for those of this one.
            Files.deleteIfExists(FilePaths.metadata(file));
        }
        try {
            link(part, file);
        } catch (FileAlreadyExistsException taken) {
            // Over NFS a link may be made although its answer is lost.
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

    /** The one way to give a file a name that never replaces what has it, on local file systems and NFS alike. */
    void link(Path part, Path file) throws IOException {
        Files.createLink(file, part);
    }

    /** A rename replaces what has the name, so a second file, which only one process can create, guards the name meanwhile. */
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

    /** Somebody else who may write to the directory could have swapped the files. */
    private static void requireWritten(Path part, Object fileKey, long size, Path file) throws IOException {
        BasicFileAttributes published = FilePaths.attributes(file);
        // Some FUSE file systems give each name of a file a number of its own.
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
