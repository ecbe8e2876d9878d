package io.redisvault.api;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of bytes of a backup, as in an HTTP {@code Range} header.
 *
 * @param length 0 if the range begins beyond the end and cannot be satisfied
 */
record ByteRange(long offset, long length) {

    private static final Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d*)-(\\d*)\\s*", Pattern.CASE_INSENSITIVE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    /** Parses a {@code Range} header. Empty if it must be ignored: null, malformed, or several ranges. */
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

    /** HTTP allows numbers of any length; larger ones become {@link Long#MAX_VALUE}. */
    private static long number(String digits) {
        return new BigInteger(digits).min(MAX).longValue();
    }

    /** The value of the {@code Content-Range} header. */
    String of(long size) {
        return length == 0 ? "bytes */" + size : "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }
}
