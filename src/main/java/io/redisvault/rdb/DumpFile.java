package io.redisvault.rdb;

import io.smallrye.mutiny.Multi;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A dump that was opened once. Redis may rename a new dump over its path at any time; size, time, facts and every byte
 * still come from the file that was opened.
 */
public final class DumpFile implements Closeable {

    static final int CHUNK = 64 * 1024;

    private final OpenedFile file;
    private final long footer;
    private final Optional<RdbSummary> facts;

    private DumpFile(OpenedFile file, boolean verify) throws IOException {
        this.file = file;
        this.footer = footer(file);
        this.facts = verify ? Optional.of(facts(file)) : Optional.empty();
    }

    /**
     * Opens a dump; blocks for a few small reads.
     *
     * @param verify whether to check its header and its end
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if it cannot be opened, is no regular file, or is replaced again and again while it is opened
     * @throws InvalidDumpException if it is to be verified, and its two ends show that it is no whole dump
     */
    public static DumpFile open(Path path, boolean verify) throws IOException {
        OpenedFile file = OpenedFile.open(path);
        try {
            return new DumpFile(file, verify);
        } catch (IOException | RuntimeException e) {
            file.channel().close();
            throw e;
        }
    }

    /** In bytes. */
    public long size() {
        return file.size();
    }

    /** The time of the last write to the opened file, as precisely as the file system knows. */
    public Instant modified() {
        return file.modified();
    }

    /** The last eight bytes: the CRC-64, or 0 where the server writes none. */
    public long footer() {
        return footer;
    }

    /** Facts in its header and its end; empty if it is not to be verified. */
    public Optional<RdbSummary> facts() {
        return facts;
    }

    /**
     * All bytes in order, no faster than they are asked for. Fails with {@link InvalidDumpException} if the file shrinks or
     * grows while it is read, before its last bytes pass, and with {@link UncheckedIOException}.
     *
     * @param workers run the reads, which block, a chunk at a time
     */
    public Multi<ByteBuffer> bytes(Executor workers) {
        return Multi.createFrom()
                .<Long, ByteBuffer>generator(() -> 0L, (position, emitter) -> {
                    if (position == size()) {
                        emitter.complete();
                        return position;
                    }
                    try {
                        ByteBuffer chunk = chunk(position);
                        // Before the receiver moves the chunk's position.
                        long next = position + chunk.remaining();
                        emitter.emit(chunk);
                        return next;
                    } catch (IOException e) {
                        emitter.fail(new UncheckedIOException(e));
                        return position;
                    }
                })
                .runSubscriptionOn(workers);
    }

    private ByteBuffer chunk(long position) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, size() - position));
        if (!OpenedFile.fill(file.channel(), chunk, position)) {
            throw new InvalidDumpException("the dump shrank while it was read: it ends before offset %d, not at %d"
                    .formatted(position + chunk.limit(), size()));
        }
        chunk.flip();
        long now = file.channel().size();
        if (position + chunk.remaining() == size() && now != size()) {
            throw new InvalidDumpException("the dump %s while it was read: it has %d bytes now, it had %d"
                    .formatted(now < size() ? "shrank" : "grew", now, size()));
        }
        return chunk;
    }

    @Override
    public void close() throws IOException {
        file.channel().close();
    }

    private static RdbSummary facts(OpenedFile file) throws IOException {
        RdbHeader header = RdbHeader.parse(file.read(0, RdbHeader.MAX_LENGTH), file.size());
        return RdbSummary.of(
                header, file.read(file.size() - RdbSummary.TAIL_LENGTH, RdbSummary.TAIL_LENGTH), file.size());
    }

    private static long footer(OpenedFile file) throws IOException {
        int length = RdbSummary.FOOTER_LENGTH;
        return file.size() < length
                ? 0
                : file.read(file.size() - length, length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
    }
}
