package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** Repeatable noise of any length, made only as it is asked for. */
public record TestContent(long seed, long length) {

    private static final int BLOCK = 64 * 1024;

    public Content content() {
        return new Content(read(0, length), length);
    }

    Content contentOfUnknownLength() {
        return new Content(read(0, length), 2 * length, false);
    }

    /** Fails with {@code failure} once {@code offset} bytes were handed out. */
    Content failingAt(long offset, RuntimeException failure) {
        return new Content(
                Multi.createBy()
                        .concatenating()
                        .streams(read(0, offset), Multi.createFrom().failure(failure)),
                length);
    }

    public long checksum() {
        return checksum(0, length);
    }

    public long checksum(long offset, long count) {
        CRC32C crc = new CRC32C();
        for (long at = offset; at < offset + count; ) {
            ByteBuffer bytes = bytes(at, offset + count);
            at += bytes.remaining();
            crc.update(bytes);
        }
        return crc.getValue();
    }

    private Multi<ByteBuffer> read(long offset, long count) {
        long end = offset + count;
        return Multi.createFrom().generator(() -> offset, (at, emitter) -> {
            if (at == end) {
                emitter.complete();
                return at;
            }
            ByteBuffer bytes = bytes(at, end);
            long next = at + bytes.remaining();
            emitter.emit(bytes);
            return next;
        });
    }

    /** What the block at this offset has from there on, up to {@code end}. */
    private ByteBuffer bytes(long offset, long end) {
        long block = offset / BLOCK;
        byte[] noise = new byte[BLOCK];
        new SplittableRandom(seed * 31 + block).nextBytes(noise);
        int from = (int) (offset - block * BLOCK);
        return ByteBuffer.wrap(noise, from, (int) Math.min(BLOCK - from, end - offset))
                .slice();
    }
}
