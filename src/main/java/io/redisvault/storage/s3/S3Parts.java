package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.redisvault.storage.Blocking;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * Cuts a content into parts. A part is filled only when it is requested, so that memory holds no more parts than are
 * being sent. The last one follows only after the content has completed. Each part belongs to its receiver, who
 * {@linkplain Buffers#giveBack gives its buffer back}.
 */
final class S3Parts implements Blocking.Source<S3Parts.Part> {

    /**
     * A part of an object, in memory until the server has received it.
     *
     * @param number counted from 1
     * @param last whether the content has completed with this part
     */
    record Part(int number, boolean last, ByteBuf buffer) {

        /** The write timeout is for this many bytes. */
        private static final int BYTES_PER_WRITE = 64 * 1024;

        boolean isWhole() {
            return number == 1 && last;
        }

        /** Returns a body that can be sent several times; copies nothing. */
        AsyncRequestBody body() {
            int length = buffer.readableBytes();
            return AsyncRequestBody.fromByteBuffersUnsafe(
                    IntStream.iterate(0, at -> at < length, at -> at + BYTES_PER_WRITE)
                            .mapToObj(at -> buffer.nioBuffer(at, Math.min(BYTES_PER_WRITE, length - at)))
                            .toArray(ByteBuffer[]::new));
        }

        byte[] checksum(S3Checksum kind) {
            return kind.of(buffer.nioBuffer());
        }
    }

    static final int MIN_SIZE = 8 << 20;

    /** S3's limit. */
    private static final int MAX_PARTS = 10_000;

    private static final int MAX_SIZE_OF_TWO = 64 << 20;

    private final String key;
    private final long limit;
    private final boolean exact;
    private final Buffers buffers;
    private final Blocking.Source<ByteBuffer> chunks;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private int started;
    private long length;
    private boolean over;

    S3Parts(String key, Content content, Buffers buffers) {
        this.key = key;
        this.limit = content.limit();
        this.exact = content.exact();
        this.buffers = buffers;
        this.chunks = Blocking.chunks(content);
    }

    /** Returns how many parts may be sent at a time: two while they are small, else one. */
    static int inFlight(long limit) {
        return size(limit) > MAX_SIZE_OF_TWO ? 1 : 2;
    }

    @Override
    public Part next() throws Exception {
        if (over) {
            return null;
        }
        started++;
        ByteBuf part = buffers.take(size(limit));
        while (part.isWritable() && hasMore()) {
            int fits = Math.min(chunk.remaining(), part.writableBytes());
            part.writeBytes(chunk.slice(chunk.position(), fits));
            chunk.position(chunk.position() + fits);
        }
        over = !hasMore();
        require(!over || !exact || length == limit);
        return new Part(started, over, part);
    }

    private boolean hasMore() throws Exception {
        while (chunk != null && !chunk.hasRemaining()) {
            chunk = chunks.next();
            length += chunk == null ? 0 : chunk.remaining();
            require(length <= limit);
        }
        return chunk != null;
    }

    private void require(boolean right) {
        if (!right) {
            throw new StorageException.Corrupt(key + " has " + length + " bytes so far instead of " + limit, null);
        }
    }

    @Override
    public void close() {
        chunks.close();
    }

    /** Returns the size of a part in bytes, as small as the limit on the number of parts allows. */
    static int size(long limit) {
        long needed = Math.max(MIN_SIZE, (limit + MAX_PARTS - 1) / MAX_PARTS);
        return Math.toIntExact(Math.min(needed, limit));
    }

    /**
     * Direct buffers for parts, reused during an upload and freed soon after it. A lost buffer, such as that of a
     * cancelled request still being sent, is left to the garbage collector.
     */
    static final class Buffers {

        /** A server may answer before it has received all bytes, while the buffer is still in use. */
        private static final int SECONDS_TO_FREE = 5;

        private final ByteBufAllocator memory = new UnpooledByteBufAllocator(true, true, false);
        private final Queue<ByteBuf> spare = new ConcurrentLinkedQueue<>();
        private final AtomicLong taken = new AtomicLong();

        /** Returns an empty buffer of exactly this capacity in bytes; fails if there is no direct memory left. */
        ByteBuf take(int size) {
            taken.incrementAndGet();
            for (ByteBuf buffer = spare.poll(); buffer != null; buffer = spare.poll()) {
                if (buffer.capacity() == size) {
                    return buffer.clear();
                }
            }
            try {
                return memory.directBuffer(size, size);
            } catch (OutOfMemoryError e) {
                throw new StorageException.Other(
                        "no direct memory for a part of " + (size >> 20)
                                + " MiB; a dump of this size needs a higher -XX:MaxDirectMemorySize",
                        e);
            }
        }

        void giveBack(ByteBuf buffer) {
            spare.add(buffer);
        }

        /** Frees the buffers after a successful upload. If another upload began meanwhile, that one uses and frees them. */
        void freeSoon() {
            long before = taken.get();
            Infrastructure.getDefaultWorkerPool()
                    .schedule(
                            () -> {
                                if (taken.get() == before) {
                                    Stream.generate(spare::poll)
                                            .takeWhile(Objects::nonNull)
                                            .forEach(ByteBuf::release);
                                }
                            },
                            SECONDS_TO_FREE,
                            TimeUnit.SECONDS);
        }
    }
}
