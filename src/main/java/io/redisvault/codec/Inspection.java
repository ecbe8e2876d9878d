package io.redisvault.codec;

import java.nio.ByteBuffer;
import java.util.List;

/** Passes chunks on unchanged, and verifies them by sending a copy through a chain of codecs. */
public final class Inspection implements Codec {

    private final List<Codec> codecs;
    private final long size;
    private long position;
    private boolean inspected;

    /** @param size size of the stream in bytes: the last chunk passes only after all codecs accepted the whole stream */
    public Inspection(List<Codec> codecs, long size) {
        this.codecs = codecs;
        this.size = size;
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        position += chunk.remaining();
        show(chunk.duplicate(), 0);
        if (position == size) {
            finish();
        }
        return List.of(chunk);
    }

    private void finish() {
        inspected = true;
        for (int codec = 0; codec < codecs.size(); codec++) {
            for (ByteBuffer piece : codecs.get(codec).end()) {
                show(piece, codec + 1);
            }
        }
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
        if (!inspected) {
            // The stream ended early, or has no bytes at all.
            finish();
        }
        return List.of();
    }

    @Override
    public void close() {
        codecs.forEach(Codec::close);
    }
}
