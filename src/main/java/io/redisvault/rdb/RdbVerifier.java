package io.redisvault.rdb;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Checks a dump while its bytes pass: a stage of the one pass, for backup, restore, verification and download alike.
 * Keeps the start of the file until the header is read, then a few bytes only. One for each stream.
 */
public final class RdbVerifier {
    private final long size;
    private final Optional<RdbSummary> expected;
    private final byte[] tail = new byte[RdbSummary.TAIL_LENGTH];
    private final Crc64 sum = new Crc64();
    private byte[] head;
    private RdbHeader header;
    private long position;
    private long crc;
    private volatile RdbSummary facts;

    /** @param size that the dump is said to have, in bytes */
    public RdbVerifier(long size) {
        this(size, Optional.empty());
    }

    /** @param expected the facts that were read of the dump before */
    public RdbVerifier(RdbSummary expected) {
        this(expected.size(), Optional.of(expected));
    }

    private RdbVerifier(long size, Optional<RdbSummary> expected) {
        this.size = size;
        this.expected = expected;
        this.head = new byte[(int) Math.min(RdbHeader.MAX_LENGTH, size)];
    }

    /**
     * The same bytes, checked. A bad dump fails the stream with {@link InvalidDumpException} before its last chunk passes.
     */
    public Multi<ByteBuffer> check(Multi<ByteBuffer> bytes) {
        return bytes.onItem()
                .invoke(this::accept)
                .onCompletion()
                // Also where the stream ends early, or has no bytes at all.
                .invoke(this::facts);
    }

    /**
     * The facts of the dump that passed.
     *
     * @throws InvalidDumpException if bytes are missing, or the dump is bad
     */
    public RdbSummary facts() {
        if (facts == null) {
            facts = finish();
        }
        return facts;
    }

    private void accept(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length > size - position) {
            throw new InvalidDumpException("there are more than the %d bytes that were expected".formatted(size));
        }
        long covered = Math.max(0, size - RdbSummary.FOOTER_LENGTH - position);
        crc = sum.update(crc, bytes.slice(bytes.position(), (int) Math.min(length, covered)));
        keepHead(bytes);
        keepTail(bytes);
        position += length;
        if (position == size) {
            facts = finish();
        }
    }

    private RdbSummary finish() {
        if (position < size) {
            throw new InvalidDumpException("the dump is cut off: %d of %d bytes arrived".formatted(position, size));
        }
        if (header == null) {
            header = RdbHeader.parse(ByteBuffer.wrap(head), size);
        }
        RdbSummary found = RdbSummary.of(header, ByteBuffer.wrap(tail), size);
        if (expected.isPresent() && !expected.get().equals(found)) {
            throw new InvalidDumpException(
                    "the dump changed while it was read: its header or its footer is another now");
        }
        found.check(crc);
        return found;
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
