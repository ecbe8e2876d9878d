package io.redisvault.codec;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** Transforms a stream chunk by chunk. One for each stream; not for two threads at a time. */
public interface Codec {

    /** Bytes that are not what a codec would have written: damaged, cut off, or of something else; the message says what. */
    final class InvalidDataException extends RuntimeException {

        InvalidDataException(String message) {
            super(message);
        }
    }

    /**
     * The output for a chunk, made while it is iterated over, which is to be done before the next call. The buffers belong
     * to the receiver. Iterating throws {@link InvalidDataException}.
     */
    Iterable<ByteBuffer> next(ByteBuffer chunk);

    /** The output after the last chunk. Iterating throws {@link InvalidDataException} if some are missing. */
    Iterable<ByteBuffer> end();

    /** Frees memory; an iteration that goes on then ends. */
    default void close() {}

    /** The same bytes through a codec, as a stage of a stream. It is closed however the stream ends. */
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

    /** @param next gives one piece after the other, and null after the last */
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
}
