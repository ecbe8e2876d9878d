package io.redisvault.rdb;

import io.smallrye.mutiny.Multi;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A dump that was opened once. Redis may rename a new dump over its path at any time; size, time, facts and every byte
 * still come from the file that was opened.
 */
public final class DumpFile implements Closeable {

    private final FileChannel channel;
    private final Instant modified;
    private final long size;
    private final long footer;
    private final Optional<DumpCheck> check;
    private final Executor workers;

    private DumpFile(OpenedFile file, boolean verify, Executor workers) throws IOException {
        this.channel = file.channel();
        this.modified = file.modified();
        this.size = file.size();
        this.footer = footer(file);
        this.check = verify ? Optional.of(DumpCheck.of(file)) : Optional.empty();
        this.workers = workers;
    }

    /** Opens a dump that is to be verified: {@link #open(Path, boolean, Executor)}. */
    public static DumpFile open(Path path, Executor workers) throws IOException {
        return open(path, true, workers);
    }

    /**
     * Opens a dump; blocks for a few small reads.
     *
     * @param verify whether to check its header, its end and, while it is read, its checksum
     * @param workers that all later reads block, a chunk at a time
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if it cannot be opened, is no regular file, or is replaced again and again meanwhile
     * @throws InvalidDumpException if it is to be verified and is no whole dump by its two ends
     */
    public static DumpFile open(Path path, boolean verify, Executor workers) throws IOException {
        OpenedFile file = OpenedFile.open(path);
        try {
            return new DumpFile(file, verify, workers);
        } catch (IOException | RuntimeException | Error e) {
            file.channel().close();
            throw e;
        }
    }

    /** In bytes. */
    public long size() {
        return size;
    }

    /** When the last byte of the opened file was written, as precisely as the file system knows. */
    public Instant modified() {
        return modified;
    }

    /** The last eight bytes: the CRC-64, or 0 where the server writes none. */
    public long footer() {
        return footer;
    }

    /** What the dump says of itself; empty if it is not to be verified. */
    public Optional<RdbFacts> facts() {
        return check.map(DumpCheck::facts);
    }

    /**
     * Reads a part of the file in chunks, no faster than they are asked for, on the workers.
     *
     * <p>The whole is checked in the same pass, also if parts are read in another order, or at the same time. They must not
     * overlap; one can be read again, from its start to its end. The last chunk that is missing is handed out only after the
     * whole of the file was found good. A file that is not verified can be read anyhow.
     *
     * <p>Fails with {@link InvalidDumpException} if the dump is bad or changes while it is read, with
     * {@link IllegalArgumentException} if the part overlaps another, with {@link java.io.UncheckedIOException} if reading
     * fails or the file was closed.
     *
     * @param offset in bytes
     * @param length in bytes
     * @throws IllegalArgumentException if the part is not within the file
     */
    public Multi<ByteBuffer> read(long offset, long length) {
        long end = offset + length;
        return chunks(
                offset,
                length,
                () -> DumpPart.checked(this, channel, offset, end, check.map(whole -> whole.begin(offset, end))));
    }

    /**
     * Reads any part of the file as {@link #read} does, but without a check, and into one buffer: what was handed out is
     * overwritten when more is asked for.
     */
    public Multi<ByteBuffer> preview(long offset, long length) {
        return chunks(offset, length, () -> DumpPart.preview(this, channel, offset, offset + length));
    }

    private Multi<ByteBuffer> chunks(long offset, long length, Supplier<DumpPart> part) {
        if (offset < 0 || length < 0 || length > size - offset) {
            throw new IllegalArgumentException(
                    "%d bytes from %d on are not within the %d bytes of the dump".formatted(length, offset, size));
        }
        if (length == 0) {
            return Multi.createFrom().empty();
        }
        return Multi.createFrom()
                .<DumpPart, ByteBuffer>generator(part, DumpPart::emitNext)
                .runSubscriptionOn(workers);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static long footer(OpenedFile file) throws IOException {
        int length = RdbFacts.FOOTER_LENGTH;
        return file.size() < length
                ? 0
                : file.read(file.size() - length, length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
    }
}
