package io.redisvault.codec;

import java.nio.ByteBuffer;
import java.util.List;

/** Lets chunks pass as they are and shows them to codecs, whose last one gets what the others make of them. */
public final class Inspection implements Codec {

    private final List<Codec> codecs;
    private final long size;
    private long position;

    /** @param size of the whole in bytes: the last chunk passes only if it satisfied all codecs */
    public Inspection(List<Codec> codecs, long size) {
        this.codecs = codecs;
        this.size = size;
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        position += chunk.remaining();
        show(chunk.duplicate(), 0);
        if (position == size) {
            for (int codec = 0; codec < codecs.size(); codec++) {
                for (ByteBuffer piece : codecs.get(codec).end()) {
                    show(piece, codec + 1);
                }
            }
        }
        return List.of(chunk);
    }

    private void show(ByteBuffer chunk, int codec) {
        if (codec < codecs.size()) {
            for (ByteBuffer piece : codecs.get(codec).next(chunk)) {
                show(piece, codec + 1);
            }
        }
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return List.of();
    }

    @Override
    public void close() {
        codecs.forEach(Codec::close);
    }
}
