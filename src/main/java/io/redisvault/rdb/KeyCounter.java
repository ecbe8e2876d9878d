package io.redisvault.rdb;

import io.redisvault.rdb.RdbKeys.Database;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** Walks through a dump behind its magic, and counts. To be used once. */
final class KeyCounter {

    /** Types are counted up from 0, opcodes down from 255. */
    private static final int FIRST_OPCODE = 0xf0;

    private static final int EXPIRY_SECONDS = 0xfd;
    private static final int EXPIRY_MILLISECONDS = 0xfc;
    private static final int DATABASE = 0xfe;
    private static final int EOF = 0xff;

    private static final int MOST_DATABASES = 10_000;

    private final RdbInput in;
    private final Layout layout;
    private final long now;
    private final SortedMap<Integer, Database> databases = new TreeMap<>();
    private int database;
    private long keys;
    private long expired;
    private long losingFields;
    private long expiry = Shape.NEVER;

    /** @param now the time to compare expiry times with, in milliseconds since 1970 */
    KeyCounter(RdbInput in, Magic magic, long now) {
        this.in = in;
        this.layout = Layout.of(magic);
        this.now = now;
    }

    SortedMap<Integer, Database> count() throws IOException {
        for (int kind = in.next(); kind != EOF; kind = in.next()) {
            accept(kind);
        }
        if (in.remaining() > 0) {
            throw new InvalidDumpException("the keys end at offset %d, but %d bytes follow before the footer"
                    .formatted(in.offset(), in.remaining()));
        }
        endDatabase();
        return databases;
    }

    private void accept(int kind) throws IOException {
        switch (kind) {
            case DATABASE -> startDatabase(in.nextLength());
            case EXPIRY_SECONDS -> expire(in.nextInt() * 1000L);
            case EXPIRY_MILLISECONDS -> expire(in.nextLong());
            default -> {
                Shape shape = layout.shape(kind);
                if (shape == null) {
                    String what = kind < FIRST_OPCODE ? "type" : "opcode";
                    throw new UnknownFormatException(what, kind, in.offset() - 1);
                }
                if (kind < FIRST_OPCODE) {
                    key(shape);
                } else {
                    shape.skip(in);
                }
            }
        }
    }

    private void expire(long time) {
        expiry = time == -1 ? Shape.NEVER : time;
    }

    private void key(Shape value) throws IOException {
        in.skipString();
        long fieldExpiry = value.skip(in);
        keys++;
        if (expiry < now) {
            expired++;
        } else if (fieldExpiry < now) {
            losingFields++;
        }
        expiry = Shape.NEVER;
    }

    private void startDatabase(long number) {
        endDatabase();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new InvalidDumpException("there is no database %s, which the dump names before offset %d"
                    .formatted(Long.toUnsignedString(number), in.offset()));
        }
        database = (int) number;
    }

    /** Databases without keys are left out. */
    private void endDatabase() {
        if (keys > 0) {
            databases.merge(database, new Database(keys, expired, losingFields), Database::plus);
        }
        if (databases.size() > MOST_DATABASES) {
            throw new InvalidDumpException("the dump has more than %d databases".formatted(MOST_DATABASES));
        }
        keys = 0;
        expired = 0;
        losingFields = 0;
    }
}
