package io.redisvault.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Checks a dump while its parts are read, in any order and at the same time: each by itself, and the whole by what was
 * found of them, before the last one ends.
 */
final class DumpCheck {

    private final long size;
    private final ByteBuffer head;
    private final ByteBuffer tail;
    private final RdbFacts facts;

    /** By where they start; they do not overlap. */
    private final NavigableMap<Long, Part> parts = new TreeMap<>();

    private long bytesRead;
    private boolean good;

    private static final class Part {

        final long start;
        final long end;

        /** The CRC-64 of its bytes, the footer left out; null until it was read to its end. */
        Long sum;

        Part(long start, long end) {
            this.start = start;
            this.end = end;
        }
    }

    private DumpCheck(long size, ByteBuffer head, ByteBuffer tail) {
        this.size = size;
        this.head = head;
        this.tail = tail;
        this.facts = RdbFacts.of(RdbHeader.parse(head, size), tail, size);
    }

    /** @throws InvalidDumpException if the file is no whole dump by its two ends */
    static DumpCheck of(OpenedFile file) throws IOException {
        long size = file.size();
        return new DumpCheck(
                size,
                file.read(0, RdbHeader.MAX_LENGTH),
                file.read(Math.max(0, size - RdbFacts.TAIL_LENGTH), RdbFacts.TAIL_LENGTH));
    }

    RdbFacts facts() {
        return facts;
    }

    /**
     * Begins to read a part, for the first time or again.
     *
     * @throws IllegalArgumentException if it overlaps another one: the parts would not make up the whole
     */
    synchronized Reading begin(long start, long end) {
        Map.Entry<Long, Part> before = parts.lowerEntry(end);
        if (before == null || before.getValue().end <= start) {
            Part part = new Part(start, end);
            parts.put(start, part);
            return new Reading(part);
        }
        Part known = before.getValue();
        if (known.start != start || known.end != end) {
            throw new IllegalArgumentException(
                    "the part from %d to %d cannot be checked, it overlaps that from %d to %d"
                            .formatted(start, end, known.start, known.end));
        }
        return new Reading(known);
    }

    private synchronized void ended(Part part, long sum) {
        if (part.sum == null) {
            part.sum = sum;
            bytesRead += part.end - part.start;
        } else if (part.sum != sum) {
            throw changed("the same bytes from %d to %d differ".formatted(part.start, part.end));
        }
        if (bytesRead == size && !good) {
            facts.check(sumOfAll());
            good = true;
        }
    }

    private long sumOfAll() {
        long sum = 0;
        for (Part part : parts.values()) {
            sum = Crc64.concatenate(sum, part.sum, covered(part.start, part.end));
        }
        return sum;
    }

    /** How many of the bytes of a part the checksum covers. */
    private long covered(long start, long end) {
        long footer = size - RdbFacts.FOOTER_LENGTH;
        return Math.min(end, footer) - Math.min(start, footer);
    }

    private static InvalidDumpException changed(String how) {
        return new InvalidDumpException("the dump changed while it was read: " + how);
    }

    /** One reading of one part, by one thread at a time. */
    final class Reading {

        private final Crc64 crc = new Crc64();
        private final Part part;
        private long position;
        private long sum;

        private Reading(Part part) {
            this.part = part;
            this.position = part.start;
        }

        /**
         * Takes the next bytes; the buffer's position stays as it is.
         *
         * @throws InvalidDumpException if they are others than before, or the last ones of a dump that is bad
         */
        void accept(ByteBuffer bytes) {
            compare(bytes, head, 0);
            compare(bytes, tail, size - tail.remaining());
            long next = position + bytes.remaining();
            sum = crc.update(sum, bytes.slice(bytes.position(), (int) covered(position, next)));
            position = next;
            if (position == part.end) {
                ended(part, sum);
            }
        }

        /** With the bytes that the facts were taken from. */
        private void compare(ByteBuffer bytes, ByteBuffer known, long offset) {
            long from = Math.max(position, offset);
            long to = Math.min(position + bytes.remaining(), offset + known.remaining());
            if (from < to
                    && !bytes.slice(bytes.position() + (int) (from - position), (int) (to - from))
                            .equals(known.slice((int) (from - offset), (int) (to - from)))) {
                throw changed("its first 64 KiB or its last 9 bytes are others now");
            }
        }
    }
}
