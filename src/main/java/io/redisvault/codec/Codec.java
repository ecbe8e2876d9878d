package io.redisvault.codec;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** Transforms one stream, chunk by chunk: encryption, compression, verification. Not thread-safe. */
public interface Codec {

    /** The input is damaged, cut off, or of another format; the message says which. */
    final class InvalidDataException extends RuntimeException {

        InvalidDataException(String message) {
            super(message);
        }
    }

    /**
     * The output for a chunk. It is made during the iteration: finish that before the next call. The caller owns the
     * buffers. Iterating throws {@link InvalidDataException}.
     */
    Iterable<ByteBuffer> next(ByteBuffer chunk);

    /** The output after the last chunk. Iterating throws {@link InvalidDataException} if the input is incomplete. */
    Iterable<ByteBuffer> end();

    /** Frees memory; a running iteration ends early. */
    default void close() {}

    /** Sends a stream through a codec, which is created on subscription and closed however the stream ends. */
    static Multi<ByteBuffer> apply(Supplier<? extends Codec> codecs, Multi<ByteBuffer> bytes) {
        return Multi.createFrom()
                .resource(codecs, codec -> Multi.createBy()
                        .concatenating()
                        .streams(
                                bytes.onItem().transformToIterable(codec::next),
                                Multi.createFrom()
                                        .deferred(() -> Multi.createFrom().iterable(codec.end()))))
                .withFinalizer(Codec::close);
    }

    /** @param next returns one piece per call, and null after the last */
    static Iterable<ByteBuffer> pieces(Supplier<ByteBuffer> next) {
        return () -> new Iterator<>() {
            private ByteBuffer piece;

            @Override
            public boolean hasNext() {
                piece = piece == null ? next.get() : piece;
                return piece != null;
            }

            @Override
            public ByteBuffer next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                ByteBuffer taken = piece;
                piece = null;
                return taken;
            }
        };
    }

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
