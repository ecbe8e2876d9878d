package io.redisvault.rdb;

import static io.redisvault.rdb.Shape.EXPIRY;
import static io.redisvault.rdb.Shape.LENGTH;
import static io.redisvault.rdb.Shape.NOTHING;
import static io.redisvault.rdb.Shape.SOME_EXPIRY;
import static io.redisvault.rdb.Shape.STRING;
import static io.redisvault.rdb.Shape.all;
import static io.redisvault.rdb.Shape.bytes;
import static io.redisvault.rdb.Shape.counted;
import static io.redisvault.rdb.Shape.each;
import static io.redisvault.rdb.Shape.oneOf;
import static io.redisvault.rdb.Shape.untilNothing;

/**
 * What follows each type and opcode of RDB. Redis and Valkey count types on from the same 21, and opcodes down from the
 * same 244: the same number means another thing in each.
 */
final class Layout {

    private static final int KINDS = 256;

    private static final Shape DOUBLE = bytes(8);
    private static final Shape MILLISECONDS = bytes(8);
    private static final Shape RAW_STREAM_ID = bytes(16);
    private static final Shape STREAM_ID = all(LENGTH, LENGTH);

    /** A stream without its groups; what Redis 7 added to it; and one group. */
    private static final Shape ENTRIES = all(each(STRING, STRING), LENGTH, STREAM_ID);

    private static final Shape COUNTERS = all(STREAM_ID, STREAM_ID, LENGTH);
    private static final Shape PENDING = each(RAW_STREAM_ID, MILLISECONDS, LENGTH);
    private static final Shape GROUP =
            all(STRING, STREAM_ID, LENGTH, PENDING, each(STRING, MILLISECONDS, MILLISECONDS, each(RAW_STREAM_ID)));

    /** A score in digits, behind their number in a byte; the three highest numbers are scores themselves. */
    private static final Shape SCORE = in -> {
        int digits = in.next();
        in.skip(digits < 253 ? digits : 0);
        return Shape.NEVER;
    };

    /** What a module wrote, each item behind a length that tells its kind: an integer, a float, a double, a string. */
    private static final Shape MODULE =
            untilNothing("item of a module", NOTHING, LENGTH, LENGTH, bytes(4), DOUBLE, STRING);

    private static final Layout REDIS = redis();
    private static final Layout VALKEY = valkey();

    private final Shape[] shapes = new Shape[KINDS];

    private Layout() {
        types();
        streams();
        opcodes();
    }

    static Layout of(Magic magic) {
        return magic == Magic.VALKEY ? VALKEY : REDIS;
    }

    /** What follows the opcode, or the key of the type; null if it is unknown, or cannot be skipped. */
    Shape shape(int kind) {
        return shapes[kind];
    }

    private void types() {
        shapes[0] = STRING;
        shapes[1] = each(STRING); // list
        shapes[2] = each(STRING); // set
        shapes[3] = each(STRING, SCORE); // sorted set, up to Redis 3
        shapes[4] = each(STRING, STRING); // hash
        shapes[5] = each(STRING, DOUBLE); // sorted set
        shapes[7] = all(LENGTH, MODULE);
        shapes[9] = STRING; // hash in a zipmap
        shapes[10] = STRING; // list in a ziplist
        shapes[11] = STRING; // set in an intset
        shapes[12] = STRING; // sorted set in a ziplist
        shapes[13] = STRING; // hash in a ziplist
        shapes[14] = each(STRING); // list in ziplists
        shapes[16] = STRING; // hash in a listpack
        shapes[17] = STRING; // sorted set in a listpack
        shapes[18] = each(LENGTH, STRING); // list in listpacks, or plain
        shapes[20] = STRING; // set in a listpack
    }

    private void streams() {
        Shape consumers = each(STRING, MILLISECONDS, each(RAW_STREAM_ID));
        shapes[15] = all(ENTRIES, each(STRING, STREAM_ID, PENDING, consumers));
        shapes[19] = all(ENTRIES, COUNTERS, each(STRING, STREAM_ID, LENGTH, PENDING, consumers));
        shapes[21] = all(ENTRIES, COUNTERS, each(GROUP));
    }

    private void opcodes() {
        shapes[244] = all(LENGTH, LENGTH, LENGTH); // slot and its sizes
        shapes[245] = STRING; // functions
        shapes[246] = all(STRING, STRING, each(STRING), STRING); // function of Redis 7.0-rc1
        shapes[247] = all(LENGTH, MODULE); // data of a module
        shapes[248] = LENGTH; // idle time of the next key
        shapes[249] = bytes(1); // use of the next key
        shapes[250] = all(STRING, STRING); // AUX field
        shapes[251] = all(LENGTH, LENGTH); // sizes of the database
    }

    private static Layout redis() {
        Layout layout = new Layout();
        layout.shapes[22] = all(SOME_EXPIRY, each(LENGTH, STRING, STRING)); // of Redis 7.4-rc1
        layout.shapes[23] = all(SOME_EXPIRY, STRING); // of Redis 7.4-rc1
        layout.shapes[24] = all(EXPIRY, each(LENGTH, STRING, STRING)); // hash with fields that expire
        layout.shapes[25] = all(EXPIRY, STRING); // the same in a listpack
        Shape producers = all(LENGTH, LENGTH, each(STRING, each(STRING, STREAM_ID)), LENGTH, LENGTH);
        layout.shapes[26] = all(layout.shapes[21], producers);
        Shape returned = each(RAW_STREAM_ID);
        layout.shapes[27] = all(ENTRIES, COUNTERS, each(GROUP, returned), producers);
        Shape element = oneOf("element of an array", STRING, bytes(8), DOUBLE, STRING);
        layout.shapes[28] = counted(each(LENGTH), LENGTH, element); // array, with or without a place to insert at
        layout.shapes[243] = each(bytes(4), MODULE); // what modules say of the next key
        return layout;
    }

    private static Layout valkey() {
        Layout layout = new Layout();
        layout.shapes[22] = each(STRING, STRING, EXPIRY); // hash with fields that expire
        layout.shapes[243] = all(STRING, each(LENGTH, LENGTH)); // slots that come from another node
        return layout;
    }
}
