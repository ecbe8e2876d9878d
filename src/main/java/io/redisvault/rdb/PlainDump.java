package io.redisvault.rdb;

import java.nio.ByteBuffer;

/** Reads the summary of a plain dump and computes its CRC-64 as bytes pass. Keeps 64 KiB until the header is read. */
final class PlainDump {

    private final Crc64 sum = new Crc64();
    /** The last bytes so far, aligned to the end of the array. */
    private final byte[] tail = new byte[RdbSummary.TAIL_LENGTH];

    private final long size;
    private byte[] head;
    private RdbHeader header;
    private long position;
    /** CRC-64 of all bytes so far except the last eight, which may be the footer. */
    private long crc;

    /** @param size in bytes; {@link RdbVerifier#UNKNOWN_SIZE} if not known in advance */
    PlainDump(long size) {
        this.size = size;
        this.head = new byte[(int) Math.min(RdbHeader.MAX_LENGTH, size)];
    }

    void accept(ByteBuffer bytes) {
        int length = bytes.remaining();
        int kept = (int) Math.min(RdbSummary.FOOTER_LENGTH, position);
        int covered = Math.max(0, kept + length - RdbSummary.FOOTER_LENGTH);
        int ofKept = Math.min(covered, kept);
        crc = sum.update(crc, ByteBuffer.wrap(tail, tail.length - kept, ofKept));
        crc = sum.update(crc, bytes.slice(bytes.position(), covered - ofKept));
        keepHead(bytes);
        keepTail(bytes);
        position += length;
    }

    /** Number of bytes so far. */
    long position() {
        return position;
    }

    RdbHeader header() {
        if (header == null) {
            header = RdbHeader.parse(ByteBuffer.wrap(head, 0, (int) position), position);
        }
        return header;
    }

    /** The summary, after all bytes have arrived. Throws {@link InvalidDumpException}. */
    RdbSummary summary() {
        return RdbSummary.of(header(), ByteBuffer.wrap(tail), position);
    }

    /** The CRC-64 to compare with the footer, after all bytes have arrived. */
    long crc() {
        return crc;
    }

    private void keepHead(ByteBuffer bytes) {
        if (header != null) {
            return;
        }
        int length = (int) Math.min(bytes.remaining(), head.length - position);
        bytes.get(bytes.position(), head, (int) position, length);
        if (length > 0 && position + length == head.length) {
            header = RdbHeader.parse(ByteBuffer.wrap(head), size);
            head = null;
        }
    }

    private void keepTail(ByteBuffer bytes) {
        int length = Math.min(tail.length, bytes.remaining());
        System.arraycopy(tail, length, tail, 0, tail.length - length);
        bytes.get(bytes.limit() - length, tail, tail.length - length, length);
    }
}
