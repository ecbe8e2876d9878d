package io.redisvault.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
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

    /** Where each part ends, by where it starts. They do not overlap. */
    private final NavigableMap<Long, Long> ends = new TreeMap<>();

    /** The CRC-64 of each part that was read, by where it starts; the footer left out. */
    private final Map<Long, Long> sums = new HashMap<>();

    private long bytesRead;

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
        Map.Entry<Long, Long> before = ends.lowerEntry(end);
        if (before == null || before.getValue() <= start) {
            ends.put(start, end);
        } else if (before.getKey() != start || before.getValue() != end) {
            throw new IllegalArgumentException(
                    "the part from %d to %d cannot be checked, it overlaps that from %d to %d"
                            .formatted(start, end, before.getKey(), before.getValue()));
        }
        return new Reading(start, end);
    }

    private synchronized void ended(Reading part) {
        Long known = sums.putIfAbsent(part.start, part.sum);
        if (known == null) {
            bytesRead += part.end - part.start;
        } else if (known != part.sum) {
            throw changed("the same bytes from %d to %d differ".formatted(part.start, part.end));
        }
        if (bytesRead == size && facts.checksummed()) {
            long whole = sumOfAll();
            if (whole != facts.checksum()) {
                throw new InvalidDumpException("the dump is damaged: its CRC-64 is %s, but its footer says %s"
                        .formatted(RdbFacts.hex(whole), facts.checksumHex()));
            }
        }
    }

    private long sumOfAll() {
        long sum = 0;
        for (Map.Entry<Long, Long> part : ends.entrySet()) {
            sum = Crc64.concatenate(sum, sums.get(part.getKey()), covered(part.getKey(), part.getValue()));
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
        private final long start;
        private final long end;
        private long position;
        private long sum;

        private Reading(long start, long end) {
            this.start = start;
            this.position = start;
            this.end = end;
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
            if (position == end) {
                ended(this);
            }
        }

        /** With the bytes that the facts were taken from. */
        private void compare(ByteBuffer bytes, ByteBuffer known, long offset) {
            long from = Math.max(position, offset);
            long to = Math.min(position + bytes.remaining(), offset + known.remaining());
            if (from < to
                    && !bytes.slice(bytes.position() + (int) (from - position), (int) (to - from))
                            .equals(known.slice((int) (from - offset), (int) (to - from)))) {
                throw changed("its first or last bytes are others now");
            }
        }
    }
}
