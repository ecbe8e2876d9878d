package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Direct memory for parts, used again while an upload lasts and freed soon after it. */
final class S3Buffers {

    /** A request that was cancelled may still write from its buffer until its connection is closed. */
    private static final int SECONDS_TO_FREE = 5;

    private final ByteBufAllocator memory = new UnpooledByteBufAllocator(true, true);
    private final Queue<ByteBuf> spare = new ConcurrentLinkedQueue<>();

    /** An empty buffer of exactly this capacity. */
    ByteBuf take(int size) {
        for (ByteBuf buffer = spare.poll(); buffer != null; buffer = spare.poll()) {
            if (buffer.capacity() == size) {
                return buffer.clear();
            }
            buffer.release();
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

    void freeSoon() {
        Infrastructure.getDefaultWorkerPool()
                .schedule(
                        () -> {
                            for (ByteBuf buffer = spare.poll(); buffer != null; buffer = spare.poll()) {
                                buffer.release();
                            }
                        },
                        SECONDS_TO_FREE,
                        TimeUnit.SECONDS);
    }
}
