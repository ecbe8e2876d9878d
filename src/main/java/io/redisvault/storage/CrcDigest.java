package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.Checksum;

/** A 32-bit CRC as a {@link MessageDigest} of four bytes, so that CRCs and MD5 are used alike. */
public final class CrcDigest extends MessageDigest {

    private final Checksum crc;

    public CrcDigest(Checksum crc) {
        super("CRC");
        this.crc = crc;
    }

    /** Returns a CRC as Amazon and Google write it: its four bytes in Base64. */
    public static String text(Checksum crc) {
        return Base64.getEncoder().encodeToString(bytes(crc));
    }

    private static byte[] bytes(Checksum crc) {
        return ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    }

    @Override
    protected void engineUpdate(byte input) {
        crc.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        crc.update(input, offset, length);
    }

    @Override
    protected void engineUpdate(ByteBuffer input) {
        crc.update(input);
    }

    @Override
    protected byte[] engineDigest() {
        byte[] digest = bytes(crc);
        crc.reset();
        return digest;
    }

    @Override
    protected void engineReset() {
        crc.reset();
    }
}
