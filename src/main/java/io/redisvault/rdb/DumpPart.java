package io.redisvault.rdb;

import io.smallrye.mutiny.groups.GeneratorEmitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.IntFunction;

/** One subscriber's way through a part of a dump, a chunk at a time; the bytes it hands out are those it checked. */
final class DumpPart {

    static final int CHUNK = 64 * 1024;

    private final DumpFile dump;
    private final FileChannel channel;
    private final long end;
    private final IntFunction<ByteBuffer> chunks;
    private long position;
    private Optional<RdbVerifier> check;

    private DumpPart(DumpFile dump, FileChannel channel, long start, long end, IntFunction<ByteBuffer> chunks) {
        this.dump = dump;
        this.channel = channel;
        this.position = start;
        this.end = end;
        this.chunks = chunks;
    }

    static DumpPart checked(DumpFile dump, FileChannel channel, long start, long end) {
        return new DumpPart(dump, channel, start, end, ByteBuffer::allocate);
    }

    /** Without a check, and into one chunk over and over. */
    static DumpPart preview(DumpFile dump, FileChannel channel, long start, long end) {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, end - start));
        DumpPart part =
                new DumpPart(dump, channel, start, end, length -> chunk.clear().limit(length));
        part.check = Optional.empty();
        return part;
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
        if (check == null) { // only now: an earlier part may have ended since this one was asked for
            check = dump.checkFrom(position);
        }
        ByteBuffer chunk = chunks.apply((int) Math.min(CHUNK, end - position));
        if (!OpenedFile.fill(channel, chunk, position)) {
            throw new InvalidDumpException("the dump shrank while it was read: it ends before offset %d, not at %d"
                    .formatted(position + chunk.limit(), dump.size()));
        }
        chunk.flip();
        position += chunk.remaining();
        check.ifPresent(verifier -> verifier.accept(chunk));
        if (position == end) {
            check.ifPresent(dump::checkedTo);
        }
        if (position == dump.size() && channel.size() != dump.size()) {
            throw new InvalidDumpException("the dump changed while it was read: it has %d bytes now, it had %d"
                    .formatted(channel.size(), dump.size()));
        }
        return chunk;
    }
}
