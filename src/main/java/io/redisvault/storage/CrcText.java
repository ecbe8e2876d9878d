package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.Checksum;

/** A CRC of 32 bits as Amazon and Google write it: its four bytes in Base64. */
public final class CrcText {

    private CrcText() {}

    public static String of(Checksum crc) {
        byte[] bigEndian =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
        return Base64.getEncoder().encodeToString(bigEndian);
    }
}
