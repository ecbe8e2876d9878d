package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * The first nine bytes of a dump: a word and the RDB version in digits. It names the format rather than the server:
 * Valkey wrote {@code REDIS0011} until its version 9.
 */
public enum RdbFormat {
    /** {@code REDIS0012} is written by Redis 7.4 to 8.4, 13 by 8.6, 14 by 8.8, 15 by 8.10. */
    REDIS(15),

    /** {@code VALKEY080} is written by Valkey 9.0 and 9.1, 81 by 9.2. */
    VALKEY(81);

    static final int LENGTH = 9;

    private static final int SHOWN = 16;

    private final int newestKnownVersion;

    RdbFormat(int newestKnownVersion) {
        this.newestKnownVersion = newestKnownVersion;
    }

    /** The newest RDB version that this program was tested or checked with. */
    public int newestKnownVersion() {
        return newestKnownVersion;
    }

    /**
     * The magic at the start of a file.
     *
     * @throws InvalidDumpException if the file is no dump
     */
    static RdbFormat of(ByteBuffer head) {
        String start = text(head, 0, Math.min(SHOWN, head.remaining()));
        for (RdbFormat magic : values()) {
            if (start.length() >= LENGTH && start.substring(0, LENGTH).matches(magic.name() + "\\d+")) {
                return magic;
            }
        }
        throw new InvalidDumpException(complaint(start));
    }

    /** The version behind the word; the bytes must have passed {@link #of}. */
    int version(ByteBuffer head) {
        return Integer.parseInt(text(head, name().length(), LENGTH));
    }

    private static String complaint(String start) {
        if (start.isEmpty()) {
            return "the file is empty";
        }
        if (start.length() < LENGTH) {
            return "the file is too short for a dump: it has %d bytes".formatted(start.length());
        }
        return "not an RDB file: it starts with '" + printable(start)
                + "' instead of REDIS or VALKEY and the digits of a version";
    }

    /** Text for a log line or a header: printable ASCII, all other bytes as {@code \xNN}. */
    static String printable(String latin1) {
        return latin1.chars()
                .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : "\\x%02x".formatted(c))
                .collect(Collectors.joining());
    }

    private static String text(ByteBuffer head, int from, int to) {
        byte[] bytes = new byte[to - from];
        head.get(head.position() + from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
