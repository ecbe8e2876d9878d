package io.redisvault.rdb;

import java.nio.ByteBuffer;

/**
 * Checks a dump while its bytes pass by in order. Keeps the start of the file until the header is read, then a few
 * bytes only. Not safe for use by several threads at once.
 */
public final class RdbVerifier {

    private final long size;
    private final byte[] tail;
    private final Crc64 sum = new Crc64();
    private byte[] head;
    private RdbHeader header;
    private long position;
    private long crc;

    /** @param size that the dump is said to have, in bytes */
    public RdbVerifier(long size) {
        this.size = size;
        this.head = new byte[(int) Math.min(RdbHeader.MAX_LENGTH, size)];
        this.tail = new byte[RdbFacts.TAIL_LENGTH];
    }

    /**
     * Takes the next bytes; the buffer's position stays as it is.
     *
     * @throws InvalidDumpException as soon as they show that the dump is bad
     */
    public void accept(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length > size - position) {
            throw new InvalidDumpException("there are more than the %d bytes that were expected".formatted(size));
        }
        long covered = Math.max(0, size - RdbFacts.FOOTER_LENGTH - position);
        crc = sum.update(crc, bytes.slice(bytes.position(), (int) Math.min(length, covered)));
        keepHead(bytes);
        keepTail(bytes);
        position += length;
    }

    /**
     * Ends the check.
     *
     * @throws InvalidDumpException if bytes are missing, the EOF opcode is, or the checksum differs
     */
    public RdbFacts finish() {
        if (position < size) {
            throw new InvalidDumpException("the dump is cut off: %d of %d bytes arrived".formatted(position, size));
        }
        if (header == null) {
            header = RdbHeader.parse(ByteBuffer.wrap(head), size);
        }
        RdbFacts facts = RdbFacts.of(header, ByteBuffer.wrap(tail), size);
        facts.check(crc);
        return facts;
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
        long start = size - tail.length;
        int skipped = (int) Math.min(bytes.remaining(), Math.max(0, start - position));
        int length = bytes.remaining() - skipped;
        if (length > 0) {
            bytes.get(bytes.position() + skipped, tail, (int) (position + skipped - start), length);
        }
    }
}
