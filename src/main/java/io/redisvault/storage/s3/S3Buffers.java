package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Direct buffers for parts, reused during an upload and freed soon after it. A lost buffer, such as that of a cancelled
 * request still being sent, is left to the garbage collector.
 */
final class S3Buffers {

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
