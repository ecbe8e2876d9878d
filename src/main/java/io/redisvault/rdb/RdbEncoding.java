package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Lengths and special strings as RDB encodes them. What follows is told by the first byte. */
final class RdbEncoding {

    /** Strings that are numbers of one, two and four bytes. */
    static final int INT8 = 0xc0;

    static final int INT16 = 0xc1;
    static final int INT32 = 0xc2;

    /** Two lengths, packed and unpacked, and the packed bytes. */
    static final int LZF = 0xc3;

    /** From here on the first byte opens no length. */
    static final int SPECIAL = 0xc0;

    private RdbEncoding() {}

    /** How many bytes of a length follow its first byte; negative if that opens no length. */
    static int following(int first) {
        if (first < 0x80) {
            return first >>> 6;
        }
        return switch (first) {
            case 0x80 -> Integer.BYTES;
            case 0x81 -> Long.BYTES;
            default -> -1;
        };
    }

    /**
     * A length; it is unsigned.
     *
     * @param first byte, one that opens a length
     * @param bytes that follow it
     */
    static long length(int first, ByteBuffer bytes) {
        bytes.order(ByteOrder.BIG_ENDIAN);
        return switch (following(first)) {
            case 0 -> first;
            case 1 -> (first & 0x3f) << 8 | bytes.get() & 0xff;
            case Integer.BYTES -> bytes.getInt() & 0xffffffffL;
            default -> bytes.getLong();
        };
    }
}
