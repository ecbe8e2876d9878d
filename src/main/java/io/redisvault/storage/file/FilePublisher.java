package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Gives a written file the name that makes it an object, and never one that is taken. */
class FilePublisher {

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 50;

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
    private static void rename(Path part, Path file) throws IOException {
        Path guard = FilePaths.guard(file);
        create(guard);
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Files.move(part, file);
        } finally {
            Files.deleteIfExists(guard);
        }
    }

    private static void create(Path guard) throws IOException {
        for (int waited = 0; waited < PATIENCE_MILLIS; waited += PAUSE_MILLIS) {
            try {
                Files.createFile(guard, FilePaths.OWNER_ONLY);
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
