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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Writes a dump to a temporary file and renames it when it is complete, so that Redis never sees a part of one. Other
 * users may be able to write to the directory: their links are not followed, and only the file that was written here
 * gets the dump's name.
 */
final class DumpWriter implements Closeable {

    private static final String PREFIX = ".redis-vault-restore-";
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final Path dump;
    private final Path temporary;
    private final FileChannel channel;
    private final PosixFileAttributeView file;

    private DumpWriter(Path dump, Path temporary, FileChannel channel) throws IOException {
        this.dump = dump;
        this.temporary = temporary;
        this.channel = channel;
        this.file = opened(temporary);
    }

    /**
     * Creates the temporary file beside the dump, and removes files that killed restores of this user left there. Fails if
     * the space is too small.
     *
     * @param size size of the dump in bytes
     */
    static DumpWriter begin(Path dump, long size) throws IOException {
        Path directory = dump.getParent();
        Path temporary = directory.resolve(PREFIX + UUID.randomUUID());
        FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            // deleteOnExit is for a stop by signal. The lock tells other restores that this file is in use.
            temporary.toFile().deleteOnExit();
            tryLock(channel);
            DumpWriter writer = new DumpWriter(dump, temporary, channel);
            removeLeftovers(directory, temporary, writer.file.getOwner());
            // Asking the file store would need the table of mounts, which a minimal container may lack.
            long free = directory.toFile().getUsableSpace();
            if (free < size) {
                throw new FileSystemException(
                        directory.toString(), null, "%d bytes are needed, %d are free".formatted(size, free));
            }
            return writer;
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** Attributes of the open file, even if its name is replaced meanwhile; by name where there is no /proc. */
    private static PosixFileAttributeView opened(Path temporary) throws IOException {
        if (!Files.isDirectory(OPEN_FILES)) {
            return Files.getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path open : files) {
                if (isOpened(open, temporary)) {
                    return Files.getFileAttributeView(open, PosixFileAttributeView.class);
                }
            }
        }
        throw replaced(temporary);
    }

    private static boolean isOpened(Path open, Path file) {
        try {
            return Files.readSymbolicLink(open).endsWith(file.getFileName());
        } catch (IOException closed) {
            return false;
        }
    }

    private static IOException replaced(Path path) {
        return new FileSystemException(
                path.toString(), null, "another process replaced this file; let nobody else write to the directory");
    }

    void write(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException unnamed) {
            throw new FileSystemException(dump.toString(), null, unnamed.getMessage());
        }
    }

    /** Attributes of the file that is being written. */
    PosixFileAttributeView file() {
        return file;
    }

    /** Sets times and permissions and forces the file to disk. */
    void finish(Set<PosixFilePermission> mode, Instant modified) throws IOException {
        // The time of the backup, so that the next backup run sees an unchanged dump.
        file.setTimes(FileTime.from(modified), null, null);
        file.setPermissions(mode);
        channel.force(true);
    }

    /**
     * Gives the file its final name, atomically. Without hard links an existing dump is replaced by two renames, and there
     * is no dump between them.
     *
     * @param kept new name of an existing dump; if empty, an existing dump makes the call fail
     */
    void publish(Optional<Path> kept) throws IOException {
        requireWritten(temporary);
        boolean replaces = kept.isPresent() && Files.exists(dump, LinkOption.NOFOLLOW_LINKS);
        if (replaces) {
            link(dump, kept.get());
            Files.move(temporary, dump, StandardCopyOption.ATOMIC_MOVE);
        } else {
            link(temporary, dump);
        }
        try {
            requireWritten(dump);
        } catch (IOException swapped) {
            // Somebody swapped the file after the first check.
            undo(kept);
            throw swapped;
        }
        DirectorySync.force(dump.getParent());
    }

    /** Takes the published file back, and gives a kept one its name again. */
    void undo(Optional<Path> kept) throws IOException {
        if (kept.isPresent() && Files.exists(kept.get(), LinkOption.NOFOLLOW_LINKS)) {
            Files.move(kept.get(), dump, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.deleteIfExists(dump);
        }
    }

    private void requireWritten(Path name) throws IOException {
        Object found = attributes(name).fileKey();
        if (!file.readAttributes().fileKey().equals(found)) {
            throw replaced(name);
        }
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Links, because unlike a rename a link never replaces an existing file. Renames where there are no hard links. */
    private static void link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException noHardLinks) {
            Files.move(file, name);
        }
    }

    /** Closes the file and removes its temporary name. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeLeftovers(Path directory, Path own, UserPrincipal user) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path leftover : leftovers) {
                // Not our own: closing a second channel of the file would release our lock.
                if (!leftover.equals(own)) {
                    removeIfLeft(leftover, user);
                }
            }
        }
    }

    /** Opens only regular files of this user: opening a pipe would block until somebody reads it. */
    private static void removeIfLeft(Path leftover, UserPrincipal user) {
        try {
            PosixFileAttributes found = attributes(leftover);
            if (!found.isRegularFile() || !found.owner().equals(user)) {
                return;
            }
            try (FileChannel channel =
                    FileChannel.open(leftover, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                if (tryLock(channel)) {
                    Files.deleteIfExists(leftover);
                }
            }
        } catch (IOException inUse) {
            // A leftover only takes space, and the free space is checked next.
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
