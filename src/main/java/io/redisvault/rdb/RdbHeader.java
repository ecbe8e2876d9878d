package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of a dump: format, RDB version, and the AUX fields in which the server describes itself.
 *
 * @param version RDB version, at least 5
 * @param aux AUX fields in the order of the file, including unknown ones; in printable ASCII with other bytes as
 *     {@code \xNN}, so that they are safe in log lines and HTTP headers
 */
public record RdbHeader(RdbFormat magic, int version, Map<String, String> aux) {

    /** Most bytes that are read to find the header. */
    public static final int MAX_LENGTH = 64 * 1024;

    /** Written by Redis 2.6. Earlier RDB versions have no checksum. */
    private static final int OLDEST_VERSION = 5;

    private static final int MAGIC_LENGTH = 9;
    private static final Pattern MAGIC = Pattern.compile("(REDIS|VALKEY)(\\d+)");
    private static final int SHORTEST_FILE = MAGIC_LENGTH + RdbSummary.TAIL_LENGTH;
    /** How many bytes to show of a file that is not a dump. */
    private static final int SHOWN = 16;

    /**
     * Parses the header of a file. Hostile bytes cost no more time or memory than {@link #MAX_LENGTH} good ones. AUX
     * fields beyond that length, after the 64th, or above 1 KiB are left out.
     *
     * @param head the first {@link #MAX_LENGTH} bytes, or all if the file is smaller; its position does not change
     * @param size size of the file in bytes
     * @throws InvalidDumpException if this is not a dump, is cut off, is older than RDB version 5, or has a damaged AUX
     *     field
     */
    public static RdbHeader parse(ByteBuffer head, long size) {
        ByteBuffer bytes = head.slice(head.position(), Math.min(MAX_LENGTH, head.remaining()));
        byte[] start = new byte[Math.min(SHOWN, bytes.remaining())];
        bytes.get(0, start);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        Matcher magic = MAGIC.matcher(text.substring(0, Math.min(MAGIC_LENGTH, text.length())));
        if (start.length < MAGIC_LENGTH || !magic.matches()) {
            throw new InvalidDumpException(complaint(text));
        }
        RdbFormat format = RdbFormat.valueOf(magic.group(1));
        int version = Integer.parseInt(magic.group(2));
        if (version < OLDEST_VERSION) {
            throw new InvalidDumpException(
                    "RDB version %d is too old: dumps of Redis before 2.6 end without a checksum".formatted(version),
                    false);
        }
        if (size < SHORTEST_FILE) {
            throw new InvalidDumpException(
                    "the dump is cut off: it has %d bytes, the smallest one %d".formatted(size, SHORTEST_FILE));
        }
        boolean known = version <= format.newestKnownVersion();
        return new RdbHeader(format, version, AuxReader.read(bytes.position(MAGIC_LENGTH), size, known));
    }

    private static String complaint(String start) {
        if (start.isEmpty()) {
            return "the file is empty";
        }
        return start.length() < MAGIC_LENGTH
                ? "the file is too short for a dump: it has %d bytes".formatted(start.length())
                : "not an RDB file: it starts with '" + printable(start)
                        + "' instead of REDIS or VALKEY and the digits of a version";
    }

    /** Makes text safe for log lines and HTTP headers: printable ASCII, other bytes as {@code \xNN}. */
    static String printable(String latin1) {
        return latin1.chars()
                .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : "\\x%02x".formatted(c))
                .collect(Collectors.joining());
    }

    /** True if this program does not know the RDB version: worth a warning, but the checksum can still be checked. */
    public boolean isNewerThanKnown() {
        return version > magic.newestKnownVersion();
    }

    /** Name and, if the dump says it, version of the server that wrote it, for example {@code redis 7.2.4}. */
    public String producer() {
        String version = field("valkey-ver").or(() -> field("redis-ver")).orElse("");
        if (magic == RdbFormat.VALKEY || aux.containsKey("valkey-ver")) {
            return ("valkey " + version).strip();
        }
        // Redict's versions are 7.3.x. Redis used 7.3 only for previews of 7.4, from 7.3.240 on.
        return ((version.matches("7\\.3\\.\\d{1,2}") ? "redict " : "redis ") + version).strip();
    }

    /** When the server began to write the dump, in whole seconds; empty if the dump does not say. */
    public Optional<Instant> createdAt() {
        return number("ctime", Instant::ofEpochSecond);
    }

    /** Replication id: the history of writes that the dump belongs to. */
    public Optional<String> replicationId() {
        return field("repl-id");
    }

    /** Position of the dump in that history, in bytes. */
    public Optional<Long> replicationOffset() {
        return number("repl-offset", offset -> offset);
    }

    private Optional<String> field(String name) {
        return Optional.ofNullable(aux.get(name));
    }

    private <T> Optional<T> number(String name, LongFunction<T> type) {
        try {
            return field(name).map(text -> type.apply(Long.parseLong(text)));
        } catch (NumberFormatException | DateTimeException invalid) {
            return Optional.empty();
        }
    }

    /**
     * The word at the start of a dump, before the digits of the RDB version. It names the format, not the server:
     * Valkey wrote {@code REDIS0011} before its version 9.
     */
    public enum RdbFormat {
        /** Redis 7.4 to 8.4 write {@code REDIS0012}, 8.6 writes 13, 8.8 writes 14, 8.10 writes 15. */
        REDIS(15),

        /** Valkey 9.0 and 9.1 write {@code VALKEY080}, 9.2 writes 81. */
        VALKEY(81);

        private final int newestKnownVersion;

        RdbFormat(int newestKnownVersion) {
            this.newestKnownVersion = newestKnownVersion;
        }

        /** The newest RDB version that this program was tested or checked with. */
        public int newestKnownVersion() {
            return newestKnownVersion;
        }
    }
}
