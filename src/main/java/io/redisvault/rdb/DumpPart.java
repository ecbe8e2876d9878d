package io.redisvault.rdb;

import io.smallrye.mutiny.groups.GeneratorEmitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.Supplier;

/** One subscriber's way through a part of a dump, a chunk at a time; the bytes it hands out are those it checked. */
final class DumpPart {

    static final int CHUNK = 64 * 1024;

    /** Of one of several parts: two that are on their way take no more memory than the whole would. */
    private static final int CHUNK_OF_SEVERAL = CHUNK / 2;

    private final DumpFile dump;
    private final FileChannel channel;
    private final long end;
    private final Supplier<ByteBuffer> chunks;
    private final Optional<DumpCheck.Reading> check;
    private long position;

    private DumpPart(
            DumpFile dump,
            FileChannel channel,
            long start,
            long end,
            Optional<DumpCheck.Reading> check,
            Supplier<ByteBuffer> chunks) {
        this.dump = dump;
        this.channel = channel;
        this.position = start;
        this.end = end;
        this.check = check;
        this.chunks = chunks;
    }

    /** @param check to be told of all chunks, unless the dump is not to be verified */
    static DumpPart checked(
            DumpFile dump, FileChannel channel, long start, long end, Optional<DumpCheck.Reading> check) {
        int chunk = end - start == dump.size() ? CHUNK : CHUNK_OF_SEVERAL;
        return new DumpPart(dump, channel, start, end, check, () -> ByteBuffer.allocate(chunk));
    }

    /** Without a check, and into one chunk over and over. */
    static DumpPart preview(DumpFile dump, FileChannel channel, long start, long end) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        return new DumpPart(dump, channel, start, end, Optional.empty(), chunk::clear);
    }

    DumpPart emitNext(GeneratorEmitter<? super ByteBuffer> emitter) {
        try {
            ByteBuffer chunk = next();
            emitter.emit(chunk);
            if (position == end) {
                emitter.complete();
            }
        } catch (IOException e) {
            emitter.fail(new UncheckedIOException(e));
        }
        return this;
    }

    private ByteBuffer next() throws IOException {
        ByteBuffer chunk = chunks.get();
        chunk.limit((int) Math.min(chunk.capacity(), end - position));
        if (!OpenedFile.fill(channel, chunk, position)) {
            throw new InvalidDumpException("the dump shrank while it was read: it ends before offset %d, not at %d"
                    .formatted(position + chunk.limit(), dump.size()));
        }
        chunk.flip();
        position += chunk.remaining();
        check.ifPresent(reading -> reading.accept(chunk));
        if (position == end && channel.size() != dump.size()) {
            String how = channel.size() < dump.size() ? "shrank" : "grew";
            throw new InvalidDumpException("the dump %s while it was read: it has %d bytes now, it had %d"
                    .formatted(how, channel.size(), dump.size()));
        }
        return chunk;
    }
}
