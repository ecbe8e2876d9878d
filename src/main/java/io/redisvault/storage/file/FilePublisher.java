package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
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
import java.util.Set;
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

    /** Fails where no file could be made that is named as backups are. */
    void probe(Path root) throws IOException {
        try {
            if (createAndRemove(root.resolve("redis-vault-access_2026-01-02T03:04:05Z"))) {
                return;
            }
        } catch (AccessDeniedException denied) {
            throw denied;
        } catch (FileSystemException refused) {
            // If it is not the name, this fails for the same reason.
            createAndRemove(root.resolve("redis-vault-access"));
        }
        throw new StorageException.Other(
                root + " takes no names with colons, which those of backups have; use a file system that does (exFAT,"
                        + " NTFS and SMB often do not), or mount SMB with the option mapposix",
                null);
    }

    /** The time that a new file gets: the server's, on a network file system. */
    Instant clock(Path root) throws IOException {
        Path probe = FilePaths.part(root.resolve("redis-vault-clock"));
        try (FileChannel made = create(probe)) {
            made.write(ByteBuffer.allocate(1));
            made.force(true);
            return FilePaths.attributes(probe).lastModifiedTime().toInstant();
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** False if it cannot be seen in the directory: a colon may begin a stream of another file. */
    private boolean createAndRemove(Path name) throws IOException {
        Path probe = FilePaths.part(name);
        create(probe).close();
        try (Stream<Path> files = Files.list(probe.getParent())) {
            return files.anyMatch(probe::equals);
        } finally {
            Files.delete(probe);
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
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
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
                pause();
            }
        }
        throw new StorageException.Unavailable(
                "Another process is storing under the same name; remove " + guard + " if none is", null);
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
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
