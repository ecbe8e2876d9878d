package io.redisvault.codec;

import java.nio.ByteBuffer;

/** Moves bytes between buffers. */
final class Buffers {

    private Buffers() {}

    /** Moves as many bytes of a chunk as there is room for. */
    static void fill(ByteBuffer buffer, ByteBuffer chunk) {
        int length = Math.min(buffer.remaining(), chunk.remaining());
        buffer.put(chunk.slice(chunk.position(), length));
        chunk.position(chunk.position() + length);
    }

    /** Fills an empty buffer to be read; false if there is nothing left of the chunk. */
    static boolean refill(ByteBuffer empty, ByteBuffer chunk) {
        empty.clear();
        fill(empty, chunk);
        return empty.flip().hasRemaining();
    }

    /** A copy of what a buffer has been filled with, which is empty then. */
    static ByteBuffer taken(ByteBuffer filled) {
        ByteBuffer copy =
                ByteBuffer.allocate(filled.flip().remaining()).put(filled).flip();
        filled.clear();
        return copy;
    }
}
