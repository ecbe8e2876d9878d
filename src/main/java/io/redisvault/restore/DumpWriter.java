package io.redisvault.restore;

import io.redisvault.storage.DirectorySync;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A dump on its way into a directory, under a name that Redis does not know until all of it is there. */
final class DumpWriter implements Closeable {

    private static final String PREFIX = ".redis-vault-restore-";

    private final Path dump;
    private final Path temporary;
    private final FileChannel channel;

    private DumpWriter(Path dump, Path temporary, FileChannel channel) {
        this.dump = dump;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * Begins a file beside the dump, after removing what killed restores have left there.
     *
     * @param size that the dump will have, in bytes
     */
    static DumpWriter begin(Path dump, long size) throws IOException {
        Path directory = dump.getParent();
        removeLeftovers(directory);
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < size) {
            throw new FileSystemException(
                    directory.toString(), null, "%d bytes are needed, %d are free".formatted(size, free));
        }
        Path temporary = directory.resolve(PREFIX + UUID.randomUUID());
        FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        // For a stop by signal. Held until the process ends, the lock tells others that this is no leftover.
        temporary.toFile().deleteOnExit();
        tryLock(channel);
        return new DumpWriter(dump, temporary, channel);
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    Path temporary() {
        return temporary;
    }

    /** Makes the file what it is to be, on disk. */
    void finish(Set<PosixFilePermission> mode, Instant modified) throws IOException {
        Files.setPosixFilePermissions(temporary, mode);
        // So that the next backup finds it unchanged.
        Files.setLastModifiedTime(temporary, FileTime.from(modified));
        channel.force(true);
    }

    /**
     * Gives the file its name. At every instant the name stands for what it stood for before, or for the whole new file;
     * where there are no hard links, it stands for nothing between the two renames that replace a dump.
     *
     * @param kept the name that a present dump gets; without one, a present dump fails the call
     */
    void publish(Optional<Path> kept) throws IOException {
        if (kept.isPresent() && Files.exists(dump, LinkOption.NOFOLLOW_LINKS)) {
            link(dump, kept.get());
            Files.move(temporary, dump, StandardCopyOption.ATOMIC_MOVE);
        } else {
            link(temporary, dump);
        }
        DirectorySync.force(dump.getParent());
    }

    /** Unlike a rename, a link never replaces what has the name. */
    private static void link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException noHardLinks) {
            Files.move(file, name);
        }
    }

    /** Removes the temporary name. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path leftover : leftovers) {
                try (FileChannel channel = FileChannel.open(leftover, StandardOpenOption.WRITE)) {
                    if (tryLock(channel)) {
                        Files.deleteIfExists(leftover);
                    }
                }
            }
        }
    }

    /** False if another process is writing the file, or if the file system cannot tell. */
    private static boolean tryLock(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (IOException | OverlappingFileLockException unsupported) {
            return false;
        }
    }
}
