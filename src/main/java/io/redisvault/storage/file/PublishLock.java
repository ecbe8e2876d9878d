package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one publication or deletion at a time into a root, among all processes and hosts that mount it. The operating
 * system lets go of it when a process dies. Held for the time of a few renames.
 */
final class PublishLock implements AutoCloseable {

    static final String NAME = ".redis-vault.lock";

    private static final int PATIENCE_MILLIS = 10_000;

    // A file lock belongs to the whole process, and ends when any channel of it to the file is closed.
    private static final ReentrantLock PROCESS = new ReentrantLock(true);

    private final FileChannel channel;
    private final FileLock lock;

    private PublishLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static PublishLock acquire(Path root) throws IOException {
        PROCESS.lock();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(root.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return new PublishLock(channel, lock(channel, root));
        } catch (Throwable failure) {
            if (channel != null) {
                channel.close();
            }
            PROCESS.unlock();
            throw failure;
        }
    }

    /** False where the file system has no locks, as on NFS mounted without them. */
    boolean held() {
        return lock != null;
    }

    @Override
    public void close() throws IOException {
        try {
            // Lets go of the lock, too.
            channel.close();
        } finally {
            PROCESS.unlock();
        }
    }

    private static FileLock lock(FileChannel channel, Path root) {
        for (int waited = 0; waited < PATIENCE_MILLIS; waited += 50) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
                Thread.sleep(50);
            } catch (IOException | OverlappingFileLockException unsupported) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new StorageException.Unavailable(
                "Another process holds " + root.resolve(NAME) + " for more than " + PATIENCE_MILLIS / 1000 + " s",
                null);
    }
}
