package io.redisvault.rdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many keys a dump has.
 *
 * @param databases those that have keys, by their number
 */
public record RdbKeys(SortedMap<Integer, Database> databases) {

    public RdbKeys {
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    /**
     * The keys of a database.
     *
     * @param keys all of them
     * @param expired those whose time was over: a master leaves them out when it loads the dump, a replica keeps them
     * @param losingFields hashes among the others with at least one field whose time was over. A hash is deleted with
     *     its last field; whether others are left in it was not counted
     */
    public record Database(long keys, long expired, long losingFields) {

        /** What a master that began to load the whole dump at that moment, or later, has at most. */
        public long most() {
            return keys - expired;
        }

        /** What a master that loaded the whole dump has at least until that moment, unless keys are deleted or evicted. */
        public long least() {
            return keys - expired - losingFields;
        }

        Database plus(Database other) {
            return new Database(keys + other.keys, expired + other.expired, losingFields + other.losingFields);
        }
    }

    /**
     * Counts the keys of a dump in one pass, in memory that depends neither on the dump nor on its values.
     *
     * <p>Values are skipped, not decoded, and the checksum is not compared: verify the dump before. So a value that is
     * damaged inside is counted as well.
     *
     * @param at the moment to compare expiry times with; to the millisecond, as Redis does
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws IOException if it cannot be read, is no regular file, or is replaced again and again meanwhile
     * @throws InvalidDumpException if it is no whole dump
     * @throws UnknownFormatException if it has a type or an opcode that this program does not know: it may be whole
     */
    public static RdbKeys count(Path dump, Instant at) throws IOException {
        OpenedFile file = OpenedFile.open(dump);
        try (FileChannel channel = file.channel()) {
            RdbHeader header = RdbHeader.parse(file.read(0, RdbHeader.MAX_LENGTH), file.size());
            RdbInput in = new RdbInput(channel, Magic.LENGTH, file.size() - RdbFacts.FOOTER_LENGTH);
            return new RdbKeys(new KeyCounter(in, header.magic(), at.toEpochMilli()).count());
        }
    }
}
