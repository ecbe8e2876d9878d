package io.redisvault.rdb;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the AUX fields at the start of a dump. Each is an opcode, a key and a value; another opcode ends them.
 *
 * <p>The bytes may be hostile. A length is compared with the rest of the file before it is used, and nothing is read
 * beyond the head of the file.
 */
final class AuxReader {

    private static final int OPCODE = 0xfa;
    private static final int MAX_FIELDS = 64;
    private static final int MAX_STRING = 1024;

    private final ByteBuffer head;
    private final long size;
    private final Map<String, String> fields = new LinkedHashMap<>();

    private AuxReader(ByteBuffer head, long size) {
        this.head = head;
        this.size = size;
    }

    /**
     * Reads the first {@link #MAX_FIELDS} fields, without those with a key or value above {@link #MAX_STRING} bytes.
     *
     * @param head start of the file, positioned at the first opcode
     * @param size size of the file in bytes
     * @param known false for an RDB version that we do not know and that may encode fields in another way: then a field
     *     that cannot be read ends the fields, instead of failing
     * @throws InvalidDumpException if a field is damaged
     */
    static Map<String, String> read(ByteBuffer head, long size, boolean known) {
        AuxReader reader = new AuxReader(head, size);
        try {
            reader.read();
        } catch (BufferUnderflowException end) {
            // If the file continues beyond the head, the fields so far are enough.
            if (known && head.capacity() == size) {
                throw new InvalidDumpException("the dump ends within an AUX field: it is cut off or damaged");
            }
        } catch (InvalidDumpException unknown) {
            if (known) {
                throw unknown;
            }
        }
        return Collections.unmodifiableMap(reader.fields);
    }

    private void read() {
        for (int n = 0; n < MAX_FIELDS && next() == OPCODE; n++) {
            String key = string();
            String value = string();
            if (key != null && value != null) {
                fields.put(key, value);
            }
        }
    }

    private int next() {
        return head.get() & 0xff;
    }

    /** Reads a string in any RDB encoding; null if it is too long to keep. */
    private String string() {
        int at = head.position();
        int first = next();
        return switch (first) {
            case 0xc0 -> Integer.toString(head.get());
            case 0xc1 -> Integer.toString(Short.reverseBytes(head.getShort()));
            case 0xc2 -> Integer.toString(Integer.reverseBytes(head.getInt()));
            case 0xc3 -> compressed(at);
            default -> text(bytes(length(first, at), at));
        };
    }

    private String compressed(int at) {
        long packed = length(next(), at);
        long unpacked = length(next(), at);
        byte[] bytes = bytes(packed, at);
        if (bytes == null || unpacked < 0 || unpacked > MAX_STRING) {
            return null;
        }
        try {
            return text(decompress(bytes, (int) unpacked));
        } catch (IndexOutOfBoundsException damaged) {
            throw new InvalidDumpException("the compressed AUX string at offset %d is damaged".formatted(at));
        }
    }

    /**
     * Decompresses LZF. RDB uses it for strings above 20 bytes, even for a replication id with enough repeated digits.
     *
     * @throws IndexOutOfBoundsException if the bytes are damaged or do not decompress to {@code length} bytes
     */
    private static byte[] decompress(byte[] in, int length) {
        byte[] out = new byte[length];
        int to = 0;
        for (int at = 0; at < in.length; ) {
            int control = in[at++] & 0xff;
            if (control < 0x20) { // a run of literal bytes
                int run = control + 1;
                System.arraycopy(in, at, out, to, run);
                at += run;
                to += run;
                continue;
            }
            int run = control >>> 5;
            if (run == 7) {
                run += in[at++] & 0xff;
            }
            int from = to - ((control & 0x1f) << 8 | in[at++] & 0xff) - 1;
            for (int end = to + run + 2; to < end; ) { // the copy may overlap what it writes
                out[to++] = out[from++];
            }
        }
        if (to != length) {
            throw new IndexOutOfBoundsException("LZF made %d of %d bytes".formatted(to, length));
        }
        return out;
    }

    /** Reads the next bytes; skips them and returns null if there are more than {@link #MAX_STRING}. */
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

    /** Reads an unsigned length. The first byte says how many bytes follow. */
    private long length(int first, int at) {
        if (first < 0x40) {
            return first;
        }
        if (first < 0x80) {
            return (first & 0x3f) << 8 | next();
        }
        return switch (first) {
            case 0x80 -> head.getInt() & 0xffffffffL;
            case 0x81 -> head.getLong();
            default ->
                throw new InvalidDumpException(
                        "the AUX string at offset %d has the unknown encoding %02x".formatted(at, first));
        };
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : RdbHeader.printable(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
