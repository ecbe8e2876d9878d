package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buffers for chunks. A few of them lie outside the heap, where files are read without a copy, and serve again and again as
 * long as readers give them back; all others are garbage once they are read.
 */
final class SpareBuffers {

    private static final int SIZE = 256 * 1024;
    private static final int DIRECT = 2;

    private final Queue<ByteBuffer> spare = new ArrayBlockingQueue<>(DIRECT);
    private final AtomicInteger allocated = new AtomicInteger();

    /** An empty buffer for at most {@code length} bytes, fewer if that is much. */
    ByteBuffer take(long length) {
        if (length < SIZE) {
            return ByteBuffer.allocate((int) length);
        }
        ByteBuffer given = spare.poll();
        if (given != null) {
            return given.clear();
        }
        // Never more than these: what readers have lost outside the heap is not soon collected.
        boolean direct = allocated.getAndUpdate(count -> Math.min(count + 1, DIRECT)) < DIRECT;
        return direct ? ByteBuffer.allocateDirect(SIZE) : ByteBuffer.allocate(SIZE);
    }

    void giveBack(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            spare.add(buffer);
        }
    }
}
