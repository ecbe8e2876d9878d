package io.redisvault.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * An open file with the size and time of just that file.
 *
 * @param size in bytes
 */
record OpenedFile(FileChannel channel, long size, Instant modified) {

    private static final int ATTEMPTS = 20;

    /**
     * Opens the regular file at a path. Java tells the time of a path only, and another file may be renamed over the
     * path at any moment: what was seen before and after the opening has to agree.
     */
    static OpenedFile open(Path path) throws IOException {
        try {
            return openWhatStays(path);
        } catch (AccessDeniedException denied) {
            throw DeniedAccess.explain(path, denied);
        }
    }

    private static OpenedFile openWhatStays(Path path) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            BasicFileAttributes before = attributes(path);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                if (isSame(before, attributes(path)) && channel.size() == before.size()) {
                    return new OpenedFile(
                            channel, before.size(), before.lastModifiedTime().toInstant());
                }
            } catch (NoSuchFileException deletedMeanwhile) {
                // The next attempt tells for sure.
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            channel.close();
        }
        throw new FileSystemException(
                path.toString(), null, "it changed at each of %d attempts to open it".formatted(ATTEMPTS));
    }

    /** Up to {@code length} bytes from {@code offset} on, fewer if the file ends before. */
    ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, size - offset));
        if (!fill(channel, bytes, offset)) {
            throw new InvalidDumpException("the dump shrank while it was opened");
        }
        return bytes.flip();
    }

    /** Fills a buffer from an offset on; false if the file ends before. */
    static boolean fill(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(
                    path.toString(), null, attributes.isDirectory() ? "it is a directory" : "it is no regular file");
        }
        return attributes;
    }

    private static boolean isSame(BasicFileAttributes a, BasicFileAttributes b) {
        return Objects.equals(a.fileKey(), b.fileKey())
                && a.lastModifiedTime().equals(b.lastModifiedTime())
                && a.size() == b.size();
    }
}
