package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * A part of an object, in memory until it has arrived.
 *
 * @param number from 1 on
 * @param last whether the content has completed with it
 */
record S3Part(int number, boolean last, ByteBuf buffer) {

    /** The time limit of a write is for one of these. */
    private static final int BYTES_PER_WRITE = 64 * 1024;

    boolean isWhole() {
        return number == 1 && last;
    }

    /** May be sent several times; nothing is copied. */
    AsyncRequestBody body() {
        int length = buffer.readableBytes();
        return AsyncRequestBody.fromByteBuffersUnsafe(
                IntStream.iterate(0, at -> at < length, at -> at + BYTES_PER_WRITE)
                        .mapToObj(at -> buffer.nioBuffer(at, Math.min(BYTES_PER_WRITE, length - at)))
                        .toArray(ByteBuffer[]::new));
    }

    byte[] checksum(S3Checksum kind) {
        return kind.of(buffer.nioBuffer());
    }
}
