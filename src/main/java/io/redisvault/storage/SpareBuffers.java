package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/** Buffers for chunks: new ones, or those of readers who are done with them. */
final class SpareBuffers {

    private static final int SIZE = 128 * 1024;
    private static final int KEPT = 4;

    private final Queue<ByteBuffer> spare = new ArrayBlockingQueue<>(KEPT);

    /** An empty buffer for at most {@code length} bytes, fewer if that is much. */
    ByteBuffer take(long length) {
        ByteBuffer buffer = length < SIZE ? null : spare.poll();
        return buffer == null ? ByteBuffer.allocate((int) Math.min(SIZE, length)) : buffer.clear();
    }

    void giveBack(ByteBuffer buffer) {
        if (buffer.capacity() == SIZE) {
            spare.offer(buffer);
        }
    }
}
