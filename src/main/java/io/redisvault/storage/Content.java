package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;

/**
 * The bytes of an object to be stored.
 *
 * @param length in bytes
 * @param source reads any part of them
 * @param preview reads any part of them, in any order, for a checksum that has to be known before they are sent: they are
 *     not checked, and each buffer is overwritten by the next
 */
public record Content(long length, Source source, Source preview) {

    public Content(long length, Source source) {
        this(length, source, source);
    }

    /** All bytes in order. */
    public Multi<ByteBuffer> read() {
        return read(0, length);
    }

    /** {@code length} bytes from {@code offset} on. */
    public Multi<ByteBuffer> read(long offset, long length) {
        return source.read(offset, length);
    }

    /** The same content, from a source that makes something of this one's. */
    public Content from(Source other) {
        return new Content(length, other, preview);
    }

    /**
     * Reads parts, in any order and several at a time. They do not overlap, but one that was interrupted can be read again
     * from its start to its end. A buffer is the receiver's until it asks for the next one. A source that finds its bytes
     * unfit to be stored fails before it hands out the last of them.
     */
    @FunctionalInterface
    public interface Source {
        Multi<ByteBuffer> read(long offset, long length);
    }
}
