package io.redisvault.rdb;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the AUX fields at the start of a dump: an opcode, a key and a value, until another opcode follows.
 *
 * <p>The bytes may be hostile. A length is compared with what is left of the file before anything is done with it, and
 * nothing is looked at beyond the head of the file that was given.
 */
final class AuxReader {

    private static final int OPCODE = 0xfa;
    private static final int MAX_FIELDS = 64;
    private static final int MAX_STRING = 1024;

    private final ByteBuffer head;
    private final long size;
    private final Map<String, String> fields = new LinkedHashMap<>();

    /**
     * @param head from the start of the file, positioned at the first opcode
     * @param size of the file in bytes
     */
    AuxReader(ByteBuffer head, long size) {
        this.head = head;
        this.size = size;
    }

    /** All fields whose key and value are of a sensible length. */
    Map<String, String> fields() {
        try {
            for (int n = 0; n < MAX_FIELDS && opcode() == OPCODE; n++) {
                head.get();
                String key = string();
                String value = string();
                if (key != null && value != null) {
                    fields.put(key, value);
                }
            }
        } catch (BufferUnderflowException end) {
            if (head.capacity() == size) {
                throw new InvalidDumpException("the dump ends within an AUX field: it is cut off or damaged");
            }
            // The rest of the fields is beyond the head: what is known until here is enough.
        }
        return fields;
    }

    /** The fields up to the first that cannot be read: a format of the future may encode them in another way. */
    Map<String, String> fieldsAsFarAsKnown() {
        try {
            return fields();
        } catch (InvalidDumpException unknown) {
            return fields;
        }
    }

    private int opcode() {
        if (!head.hasRemaining()) {
            throw new BufferUnderflowException();
        }
        return head.get(head.position()) & 0xff;
    }

    /** A string in any encoding of RDB; null if it is too long to be kept. */
    private String string() {
        int at = head.position();
        int first = head.get() & 0xff;
        return switch (first) {
            case RdbEncoding.INT8 -> Integer.toString(head.get());
            case RdbEncoding.INT16 ->
                Integer.toString(head.order(ByteOrder.LITTLE_ENDIAN).getShort());
            case RdbEncoding.INT32 ->
                Integer.toString(head.order(ByteOrder.LITTLE_ENDIAN).getInt());
            case RdbEncoding.LZF -> compressed(at);
            default -> plain(length(first, at), at);
        };
    }

    private String plain(long length, int at) {
        byte[] bytes = bytes(length, at);
        return bytes == null ? null : text(bytes);
    }

    private String compressed(int at) {
        long packed = length(head.get() & 0xff, at);
        long unpacked = length(head.get() & 0xff, at);
        byte[] bytes = bytes(packed, at);
        if (bytes == null || unpacked < 0 || unpacked > MAX_STRING) {
            return null;
        }
        try {
            return text(Lzf.decompress(bytes, (int) unpacked));
        } catch (IndexOutOfBoundsException damaged) {
            throw new InvalidDumpException("the compressed AUX string at offset %d is damaged".formatted(at));
        }
    }

    /** The next bytes, or null after skipping them if there are too many. */
    private byte[] bytes(long length, int at) {
        if (length < 0 || length > size - head.position()) {
            throw new InvalidDumpException("the AUX string at offset %d claims %s bytes, but the file has only %d"
                    .formatted(at, Long.toUnsignedString(length), size));
        }
        if (length > head.remaining()) {
            throw new BufferUnderflowException();
        }
        if (length > MAX_STRING) {
            head.position(head.position() + (int) length);
            return null;
        }
        byte[] bytes = new byte[(int) length];
        head.get(bytes);
        return bytes;
    }

    /** A length in RDB's encoding; it is unsigned. */
    private long length(int first, int at) {
        if (RdbEncoding.following(first) < 0) {
            throw new InvalidDumpException(
                    "the AUX string at offset %d has the unknown encoding %02x".formatted(at, first));
        }
        return RdbEncoding.length(first, head);
    }

    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b >= ' ' && b <= '~') {
                text.append((char) b);
            } else {
                text.append("\\x").append(HexFormat.of().toHexDigits(b));
            }
        }
        return text.toString();
    }
}
