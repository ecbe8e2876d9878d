package io.redisvault.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Goes through a dump from its start, in memory of a fixed size: what is skipped is not read, unless it came along with
 * the bytes before. All that goes beyond the end is an {@link InvalidDumpException}. Not safe for use by several threads.
 */
final class RdbInput {

    private static final int WINDOW = 64 * 1024;

    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
    private long windowEnd;

    /**
     * @param offset to start from, in bytes
     * @param size of the file up to where its footer starts, in bytes
     */
    RdbInput(FileChannel channel, long offset, long size) {
        this.channel = channel;
        this.windowEnd = offset;
        this.size = size;
    }

    /** Of the next byte. */
    long offset() {
        return windowEnd - window.remaining();
    }

    /** How many bytes there are up to the footer. */
    long remaining() {
        return size - offset();
    }

    int next() throws IOException {
        return filled(1).get() & 0xff;
    }

    int nextInt() throws IOException {
        return filled(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    long nextLong() throws IOException {
        return filled(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** A length in RDB's encoding; it is unsigned. */
    long nextLength() throws IOException {
        return length(next());
    }

    /** A string in any encoding of RDB. */
    void skipString() throws IOException {
        int first = next();
        switch (first) {
            case RdbEncoding.INT8 -> skip(Byte.BYTES);
            case RdbEncoding.INT16 -> skip(Short.BYTES);
            case RdbEncoding.INT32 -> skip(Integer.BYTES);
            case RdbEncoding.LZF -> {
                long packed = nextLength();
                nextLength();
                skip(packed);
            }
            default -> {
                if (first >= RdbEncoding.SPECIAL) {
                    throw new UnknownFormatException("encoding of a string", first, offset() - 1);
                }
                skip(length(first));
            }
        }
    }

    /** @param bytes taken as unsigned */
    void skip(long bytes) throws IOException {
        if (bytes < 0 || bytes > remaining()) {
            throw new InvalidDumpException("there should be %s bytes from offset %d on, but there are %d"
                    .formatted(Long.toUnsignedString(bytes), offset(), remaining()));
        }
        if (bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            windowEnd = offset() + bytes;
            window.limit(0);
        }
    }

    private long length(int first) throws IOException {
        int following = RdbEncoding.following(first);
        if (following < 0) {
            throw new InvalidDumpException(
                    "there should be a length at offset %d, but there is %02x".formatted(offset() - 1, first));
        }
        return RdbEncoding.length(first, filled(following));
    }

    /** The window, with that many bytes in it at least. */
    private ByteBuffer filled(int bytes) throws IOException {
        if (window.remaining() >= bytes) {
            return window;
        }
        if (bytes > remaining()) {
            throw new InvalidDumpException("the dump ends at offset %d in the midst of a key".formatted(size));
        }
        long offset = offset();
        window.compact().limit((int) Math.min(WINDOW, size - offset));
        if (!OpenedFile.fill(channel, window, offset)) {
            throw new InvalidDumpException("the dump shrank while it was read");
        }
        windowEnd = offset + window.flip().limit();
        return window;
    }
}
