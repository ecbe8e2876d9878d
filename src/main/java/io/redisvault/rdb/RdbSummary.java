package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * Facts from the header and the end of a dump.
 *
 * @param size size of the file in bytes
 * @param checksum CRC-64 in the last eight bytes; 0 if there is none, as with {@code rdbchecksum no}
 * @param sealed true if the dump is in an envelope with its own checksums
 */
public record RdbSummary(RdbHeader header, long size, long checksum, boolean sealed) {

    /** The footer is the CRC-64 of everything before it, in little-endian order. */
    static final int FOOTER_LENGTH = 8;

    /** The EOF opcode and the footer. */
    static final int TAIL_LENGTH = 1 + FOOTER_LENGTH;

    private static final int EOF = 0xff;

    /** True if the content has a checksum to compare it with. */
    public boolean checksummed() {
        return sealed || hasCrc();
    }

    /** True if that checksum is a CRC-64. */
    public boolean hasCrc() {
        return checksum != 0;
    }

    /** The checksum in 16 hexadecimal digits. */
    public String checksumHex() {
        return HexFormat.of().toHexDigits(checksum);
    }

    /**
     * The summary of a dump with this header and these last nine bytes.
     *
     * @throws InvalidDumpException if the EOF opcode is missing
     */
    static RdbSummary of(RdbHeader header, ByteBuffer tail, long size) {
        int opcode = tail.get() & 0xff;
        if (opcode != EOF) {
            throw new InvalidDumpException(
                    "the EOF opcode ff is missing at offset %d, where there is %02x: the dump is cut off, damaged or followed by other bytes"
                            .formatted(size - TAIL_LENGTH, opcode));
        }
        return new RdbSummary(header, size, tail.order(ByteOrder.LITTLE_ENDIAN).getLong(), false);
    }

    /** @throws InvalidDumpException if the footer has a CRC-64 that is not that of the content */
    void check(long crc) {
        if (hasCrc() && checksum != crc) {
            throw new InvalidDumpException("the dump is damaged: its CRC-64 is %s, but its footer says %s"
                    .formatted(HexFormat.of().toHexDigits(crc), checksumHex()));
        }
    }
}
