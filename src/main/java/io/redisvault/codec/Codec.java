package io.redisvault.codec;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** Turns the chunks of a stream into others, by little at a time. One for each stream, and for one thread at a time. */
public interface Codec {

    /**
     * What comes of a chunk, made as it is iterated over; all of it is to be taken before the next call, and belongs to
     * its receiver. Iterating throws {@link InvalidDataException}.
     */
    Iterable<ByteBuffer> next(ByteBuffer chunk);

    /** What is left when all chunks have come. Iterating throws {@link InvalidDataException} if some are missing. */
    Iterable<ByteBuffer> end();

    /** Frees memory; whoever iterates still gets no more chunks. */
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
