package io.redisvault.api;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a backup, in bytes.
 *
 * @param length 0 if it would begin beyond the end, and cannot be had
 */
record ByteRange(long offset, long length) {

    private static final Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d*)-(\\d*)\\s*", Pattern.CASE_INSENSITIVE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    /** Reads a {@code Range}; empty if it is to be ignored: malformed, or more than one range. */
    static Optional<ByteRange> of(String header, long size) {
        Matcher range = SINGLE.matcher(header == null ? "" : header);
        if (!range.matches()) {
            return Optional.empty();
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            long length = last.isEmpty() ? 0 : Math.min(size, number(last));
            return last.isEmpty() ? Optional.empty() : Optional.of(new ByteRange(size - length, length));
        }
        long offset = number(first);
        long end = last.isEmpty() ? size - 1 : number(last);
        if (!last.isEmpty() && end < offset) {
            return Optional.empty();
        }
        return Optional.of(new ByteRange(offset, offset >= size ? 0 : Math.min(end, size - 1) - offset + 1));
    }

    /** Numbers of any length are allowed. */
    private static long number(String digits) {
        return new BigInteger(digits).min(MAX).longValue();
    }

    /** As {@code Content-Range} has it. */
    String of(long size) {
        return length == 0 ? "bytes */" + size : "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }
}
