package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * What a dump says of itself at its two ends.
 *
 * @param size of the file in bytes
 * @param checksum the CRC-64 in its last eight bytes; 0 if the server was told {@code rdbchecksum no}
 * @param sealed whether it is in an envelope with checksums of its own
 */
public record RdbSummary(RdbHeader header, long size, long checksum, boolean sealed) {

    /** The CRC-64 in little-endian order; it covers all that is before it. */
    static final int FOOTER_LENGTH = 8;

    /** The EOF opcode and the footer. */
    static final int TAIL_LENGTH = 1 + FOOTER_LENGTH;

    private static final int EOF = 0xff;

    /** True if there is a checksum to compare the content with. */
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
     * The facts of a dump with the given header and last nine bytes.
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

    /** @throws InvalidDumpException if the content has another CRC-64 than the footer says */
    void check(long crc) {
        if (hasCrc() && checksum != crc) {
            throw new InvalidDumpException("the dump is damaged: its CRC-64 is %s, but its footer says %s"
                    .formatted(HexFormat.of().toHexDigits(crc), checksumHex()));
        }
    }
}
