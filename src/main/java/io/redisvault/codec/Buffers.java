package io.redisvault.codec;

import java.nio.ByteBuffer;

/** Moves bytes between buffers, for codecs that work in blocks. */
final class Buffers {

    private Buffers() {}

    /** Moves bytes from the chunk to the buffer until the buffer is full or the chunk is empty. */
    static void fill(ByteBuffer buffer, ByteBuffer chunk) {
        int length = Math.min(buffer.remaining(), chunk.remaining());
        buffer.put(chunk.slice(chunk.position(), length));
        chunk.position(chunk.position() + length);
    }

    /** Clears and fills a buffer, ready for reading; false if the chunk has no bytes left. */
    static boolean refill(ByteBuffer empty, ByteBuffer chunk) {
        empty.clear();
        fill(empty, chunk);
        return empty.flip().hasRemaining();
    }

    /** Copies the content of a filled buffer, and clears the buffer. */
    static ByteBuffer taken(ByteBuffer filled) {
        ByteBuffer copy =
                ByteBuffer.allocate(filled.flip().remaining()).put(filled).flip();
        filled.clear();
        return copy;
    }
}
