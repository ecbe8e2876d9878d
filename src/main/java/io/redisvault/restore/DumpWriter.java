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
 * A dump on its way into a directory, under a name that Redis does not know until all of it is there. Others may write
 * to that directory: no link of theirs is followed, and only the file that was written here gets the dump's name.
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
     * Begins a file beside the dump, after removing what killed restores of this user have left there.
     *
     * @param size that the dump will have, in bytes
     */
    static DumpWriter begin(Path dump, long size) throws IOException {
        Path directory = dump.getParent();
        Path temporary = directory.resolve(PREFIX + UUID.randomUUID());
        FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            // For a stop by signal. Held until the process ends, the lock tells others that this is no leftover.
            temporary.toFile().deleteOnExit();
            tryLock(channel);
            DumpWriter writer = new DumpWriter(dump, temporary, channel);
            removeLeftovers(directory, temporary, writer.file.getOwner());
            // Not of its file store, which is looked up in a table of mounts that a bare root may lack.
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

    /** The open file itself where the system shows open files, whatever happens to its name. */
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
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The file's attributes, which stay those of the file that is written. */
    PosixFileAttributeView file() {
        return file;
    }

    /** Makes the file what it is to be, on disk. */
    void finish(Set<PosixFilePermission> mode, Instant modified) throws IOException {
        // So that the next backup finds it unchanged.
        file.setTimes(FileTime.from(modified), null, null);
        file.setPermissions(mode);
        channel.force(true);
    }

    /**
     * Gives the file its name. At every instant the name stands for what it stood for before, or for the whole new file;
     * where there are no hard links, it stands for nothing between the two renames that replace a dump.
     *
     * @param kept the name that a present dump gets; without one, a present dump fails the call
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
            // Between the check and the new name: as if nothing had been done.
            if (replaces) {
                Files.move(kept.get(), dump, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.deleteIfExists(dump);
            }
            throw swapped;
        }
        DirectorySync.force(dump.getParent());
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

    private static void removeLeftovers(Path directory, Path own, UserPrincipal user) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path leftover : leftovers) {
                // The lock of one's own would end with a second channel of the file.
                if (!leftover.equals(own)) {
                    removeIfLeft(leftover, user);
                }
            }
        }
    }

    /** Others' files, links and pipes are not ours to open: a pipe would wait for somebody to read it. */
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
            // It only takes space, and that is looked at next.
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
