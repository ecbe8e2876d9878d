package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;

/**
 * A content cut into parts. One is filled only when it is asked for, so that no more are in memory than are in flight; the
 * last one follows only once the content has completed.
 */
final class S3Parts {

    static final int MIN_SIZE = 8 << 20;

    /** S3's limit. */
    private static final int MAX_PARTS = 10_000;

    private static final int MAX_SIZE_OF_TWO = 64 << 20;

    /** Each request for more of the content costs a change of threads. */
    private static final int CHUNKS_AT_ONCE = 8;

    private final String key;
    private final Content content;
    private final S3Buffers buffers;
    private ByteBuf filling;
    private int started;
    private long length;

    S3Parts(String key, Content content, S3Buffers buffers) {
        this.key = key;
        this.content = content;
        this.buffers = buffers;
    }

    /** Two may be sent at a time while they are small. */
    int inFlight() {
        return content.length().isPresent() && size(content.length(), 1) > MAX_SIZE_OF_TWO ? 1 : 2;
    }

    /** In bytes, of what has been gathered so far. */
    long length() {
        return length;
    }

    /** Each belongs to its receiver, who {@linkplain S3Buffers#giveBack gives its buffer back}. */
    Multi<S3Part> all() {
        return content.bytes()
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .group()
                .intoLists()
                .of(CHUNKS_AT_ONCE)
                .onItem()
                .transformToMultiAndConcatenate(this::full)
                .onCompletion()
                .switchTo(() -> Multi.createFrom().item(this::last));
    }

    private Multi<S3Part> full(List<ByteBuffer> chunks) {
        return Multi.createFrom().generator(() -> new ArrayDeque<>(chunks), (left, parts) -> {
            S3Part full = fill(left);
            if (full == null) {
                parts.complete();
            } else {
                parts.emit(full);
            }
            return left;
        });
    }

    /** Yields a part that is full, if there is more; null once all of the chunks are gathered. */
    private S3Part fill(Queue<ByteBuffer> chunks) {
        while (!chunks.isEmpty()) {
            ByteBuffer chunk = chunks.element();
            require(
                    length + chunk.remaining(),
                    length + chunk.remaining() <= content.length().orElse(Long.MAX_VALUE));
            if (filling != null && !filling.isWritable()) {
                return take(false);
            }
            if (filling == null) {
                filling = start();
            }
            int fits = Math.min(chunk.remaining(), filling.writableBytes());
            filling.writeBytes(chunk.slice(chunk.position(), fits));
            chunk.position(chunk.position() + fits);
            length += fits;
            if (!chunk.hasRemaining()) {
                chunks.remove();
            }
        }
        return null;
    }

    private S3Part last() {
        require(length, length == content.length().orElse(length));
        if (filling == null) {
            filling = start();
        }
        return take(true);
    }

    private void require(long seen, boolean right) {
        if (!right) {
            throw new StorageException.Corrupt(
                    key + " has " + seen + " bytes so far instead of "
                            + content.length().getAsLong(),
                    null);
        }
    }

    private ByteBuf start() {
        started++;
        if (started > MAX_PARTS) {
            throw new StorageException.Other(
                    key + ": more than " + (length >> 30) + " GiB of content whose length is not known beforehand",
                    null);
        }
        return buffers.take(size(content.length(), started));
    }

    private S3Part take(boolean last) {
        S3Part part = new S3Part(started, last, filling);
        filling = null;
        return part;
    }

    /** Of a part, in bytes: small as long as the number of parts allows it; where the length is not known it grows on the way. */
    static int size(OptionalLong length, int number) {
        if (length.isEmpty()) {
            return MIN_SIZE << 5 * (number - 1) / MAX_PARTS;
        }
        long whole = length.getAsLong();
        long needed = Math.max(MIN_SIZE, (whole + MAX_PARTS - 1) / MAX_PARTS);
        return Math.toIntExact(Math.min(needed, whole));
    }
}
