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
 * The start of a dump: format, RDB version and the AUX fields that the server wrote about itself.
 *
 * @param version of the RDB format, at least 5
 * @param aux in the order of the file, unknown ones included; text in printable ASCII with all other bytes as
 *     {@code \xNN}, so that it may go to a log line or a header as it is
 */
public record RdbHeader(RdbFormat magic, int version, Map<String, String> aux) {

    /** No more than this is read of a file to find its header, in bytes. */
    public static final int MAX_LENGTH = 64 * 1024;

    /** RDB versions before this one (Redis 2.6) had no checksum. */
    private static final int OLDEST_VERSION = 5;

    private static final int MAGIC_LENGTH = 9;
    private static final Pattern MAGIC = Pattern.compile("(REDIS|VALKEY)(\\d+)");
    private static final int SHORTEST_FILE = MAGIC_LENGTH + RdbSummary.TAIL_LENGTH;
    /** Of a file that is no dump. */
    private static final int SHOWN = 16;

    /**
     * Reads the header of a file.
     *
     * <p>Takes time and memory for {@link #MAX_LENGTH} bytes at most, whatever they say. AUX fields beyond that, after
     * the 64th, or longer than 1 KiB are left out.
     *
     * @param head the first {@link #MAX_LENGTH} bytes, or all if the file is smaller; its position stays as it is
     * @param size of the file in bytes
     * @throws InvalidDumpException if this is no dump, is cut off, is older than RDB version 5, or has an impossible AUX
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

    /** Text for a log line or a header: printable ASCII, all other bytes as {@code \xNN}. */
    static String printable(String latin1) {
        return latin1.chars()
                .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : "\\x%02x".formatted(c))
                .collect(Collectors.joining());
    }

    /** True if this program does not know the RDB version yet: worth a warning, the checksum still counts. */
    public boolean isNewerThanKnown() {
        return version > magic.newestKnownVersion();
    }

    /** {@code valkey}, {@code redict} or {@code redis}, as far as the AUX fields and the format tell. */
    public String producer() {
        if (magic == RdbFormat.VALKEY || aux.containsKey("valkey-ver")) {
            return "valkey";
        }
        // Redis' own versions of 7.3 were previews of 7.4, from 7.3.240 on.
        return aux.getOrDefault("redis-ver", "").matches("7\\.3\\.\\d{1,2}") ? "redict" : "redis";
    }

    /** The server's version, such as {@code 7.2.4}. */
    public Optional<String> producerVersion() {
        return field("valkey-ver").or(() -> field("redis-ver"));
    }

    /** When the server began to write the dump; in whole seconds. */
    public Optional<Instant> createdAt() {
        return number("ctime", Instant::ofEpochSecond);
    }

    /** The history of writes that the dump belongs to. */
    public Optional<String> replicationId() {
        return field("repl-id");
    }

    /** How far in that history the dump is, in bytes. */
    public Optional<Long> replicationOffset() {
        return number("repl-offset", offset -> offset);
    }

    private Optional<String> field(String name) {
        return Optional.ofNullable(aux.get(name));
    }

    private <T> Optional<T> number(String name, LongFunction<T> type) {
        try {
            return field(name).map(text -> type.apply(Long.parseLong(text)));
        } catch (NumberFormatException | DateTimeException notOne) {
            return Optional.empty();
        }
    }

    /**
     * The first nine bytes of a dump: a word and the RDB version in digits. It names the format rather than the server:
     * Valkey wrote {@code REDIS0011} until its version 9.
     */
    public enum RdbFormat {
        /** {@code REDIS0012} is written by Redis 7.4 to 8.4, 13 by 8.6, 14 by 8.8, 15 by 8.10. */
        REDIS(15),

        /** {@code VALKEY080} is written by Valkey 9.0 and 9.1, 81 by 9.2. */
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
