package io.redisvault.storage.s3;

import io.netty.buffer.ByteBuf;
import io.redisvault.storage.CrcText;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
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

    /** In hexadecimal digits. */
    String md5() {
        MessageDigest md5 = S3EntityTag.newMd5();
        md5.update(buffer.nioBuffer());
        return HexFormat.of().formatHex(md5.digest());
    }

    /** As S3 writes it. */
    String crc32() {
        CRC32 crc = new CRC32();
        crc.update(buffer.nioBuffer());
        return CrcText.of(crc);
    }
}
