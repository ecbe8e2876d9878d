package io.redisvault.rdb;

import static io.redisvault.rdb.SmallDump.little;
import static io.redisvault.rdb.SmallDump.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.rdb.RdbKeys.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dumps written by hand, since no server at hand writes them. */
class KeyCounterTest {

    private static final String REDIS = "REDIS0012";
    private static final String VALKEY = "VALKEY080";

    private static final String A = string("a");
    private static final String B = string("b");
    private static final String LZF = "\u00c3\u0003\u0040\u0064xyz";
    private static final String SLOT = "\u0001";
    private static final String TIME = little(1_700_000_000_000L);
    private static final String STREAM_ID = "\u0001\u0002";
    private static final String RAW_STREAM_ID = "i".repeat(16);
    private static final String NODES = "\u0001" + string(RAW_STREAM_ID) + string("listpack");
    private static final String NACK = RAW_STREAM_ID + TIME + "\u0003";
    private static final String PENDING = "\u0002" + NACK + NACK;
    private static final String GROUP = string("group") + STREAM_ID;
    private static final String OWNED = "\u0001" + RAW_STREAM_ID;
    private static final String CONSUMERS = "\u0002" + A + TIME + OWNED + B + TIME + "\0";
    private static final String ACTIVE_CONSUMERS = "\u0002" + A + TIME + TIME + OWNED + B + TIME + TIME + "\0";
    private static final String STREAM = NODES + "\u0001" + STREAM_ID;
    private static final String STREAM_2 = STREAM + STREAM_ID + STREAM_ID + "\u0009";
    private static final String STREAM_3 = STREAM_2 + "\u0001" + GROUP + "\u0001" + PENDING + ACTIVE_CONSUMERS;
    private static final String PRODUCERS =
            "\u0001\u0002\u0001" + A + "\u0002" + A + STREAM_ID + B + STREAM_ID + "\u0002\0";
    private static final String MODULE =
            "\u0081" + "moduleid" + "\u0001\u007f\u00ff\u0002\u0005\u00034444\u000488888888\u0005" + LZF + "\0";

    static final Arguments[] VALUES = {
        value(0, "\u00c0\u00ff"),
        value(0, "\u00c1\u00ff\u0000"),
        value(0, "\u00c2\u00ff\u0000\u0000\u0001"),
        value(0, LZF),
        value(0, "\u0040\u0003abc"),
        value(0, "\u0080\0\0\0\u0003abc"),
        value(0, "\u0081\0\0\0\0\0\0\0\u0003abc"),
        value(1, "\u0003" + A + LZF + "\u00c0\u0001"),
        value(2, "\u0002" + A + B),
        value(3, "\u0005" + A + "\u00041.25" + B + "\u00ff" + A + "\u00fe" + A + "\u00fd" + A + "\u00011"),
        value(4, "\u0002" + A + B + B + A),
        value(5, "\u0001" + A + little(1)),
        value(7, MODULE),
        value(9, string("zipmap")),
        value(10, string("ziplist")),
        value(11, string("intset")),
        value(12, string("ziplist")),
        value(13, LZF),
        value(14, "\u0002" + string("ziplist") + LZF),
        value(15, STREAM + "\u0001" + GROUP + PENDING + CONSUMERS),
        value(16, string("listpack")),
        value(17, string("listpack")),
        value(18, "\u0002\u0001" + string("plain") + "\u0002" + LZF),
        value(19, STREAM_2 + "\u0001" + GROUP + "\u0001" + PENDING + CONSUMERS),
        value(20, string("listpack")),
        value(21, STREAM_3),
        value(22, "\u0002\0" + A + B + "\u0081" + TIME + A + B),
        value(23, string("listpack")),
        value(24, TIME + "\u0002\0" + A + B + "\u0001" + B + A),
        value(25, TIME + string("listpack")),
        value(26, STREAM_3 + PRODUCERS),
        value(
                27,
                STREAM_2 + "\u0001" + GROUP + "\u0001" + PENDING + ACTIVE_CONSUMERS + "\u0001" + RAW_STREAM_ID
                        + PRODUCERS),
        value(28, "\u0002\u0001\u0005\u0003\u0001" + TIME + "\u0004\u0002" + TIME),
        value(28, "\u0002\0\u0003\0" + A + "\u0004\u0003" + B),
    };

    static final String[] OPCODES = {
        "\u00f3\u0002\u0001\u0002\u0003\u0004\u0002\u0007\0" + "name\0",
        "\u00f4" + SLOT + "\u0005\u0002",
        "\u00f5" + string("#!lua name=lib"),
        "\u00f6" + A + string("LUA") + "\0" + string("code"),
        "\u00f6" + A + string("LUA") + "\u0001" + B + string("code"),
        "\u00f7\u0081" + "moduleid" + "\u0002\u0001\u0005" + A + "\0",
        "\u00f8\u0041\u0001",
        "\u00f9\u00ff",
        "\u00fa" + A + B,
        "\u00fa" + "\u00c0\u0001" + A,
        "\u00fb\u0041\u0001\u0005",
    };

    @TempDir
    Path directory;

    @ParameterizedTest
    @FieldSource("VALUES")
    void findsTheEndOfEveryValue(int type, String value) throws IOException {
        String key = (char) type + string("key");
        assertThat(count(REDIS, key + value + key + value + "\u0000" + A + B))
                .isEqualTo(Map.of(0, type == 22 || type == 23 ? new Database(3, 0, 2) : new Database(3, 0, 0)));
    }

    @ParameterizedTest
    @FieldSource("OPCODES")
    void findsTheEndOfEveryOpcode(String opcode) throws IOException {
        assertThat(count(REDIS, opcode + opcode + "\u0000" + A + B)).isEqualTo(Map.of(0, new Database(1, 0, 0)));
    }

    @Test
    void readsWhatValkeyGivesTheNumbersOfRedis() throws IOException {
        String hash = "\u0016" + A + "\u0002" + A + B + little(-1) + B + A + TIME;
        String slots = "\u00f3" + string("job") + "\u0002\u0001\u0009\u0041\0\u0041\u0001";
        assertThat(count(VALKEY, slots + hash + "\u0000" + A + B)).isEqualTo(Map.of(0, new Database(2, 0, 0)));
    }

    @Test
    void countsEveryDatabaseOfItsOwn() throws IOException {
        String key = "\u0000" + A + B;
        assertThat(count(
                        REDIS,
                        key + "\u00fe\u0003" + key + key + "\u00fe\u0007\u00fe\u0040\u0063" + key + "\u00fe\0" + key))
                .isEqualTo(Map.of(0, new Database(2, 0, 0), 3, new Database(2, 0, 0), 99, new Database(1, 0, 0)));
    }

    @Test
    void comparesExpiryTimesOfTheNextKeyOnly() throws IOException {
        String key = "\u0000" + A + B;
        String milliseconds = "\u00fc" + TIME + "\u00f8\u0005" + key + key;
        String seconds = "\u00fd" + little(1_700_000_000L).substring(0, 4) + key + key;
        String none = "\u00fc" + little(-1) + key;
        String content = milliseconds + seconds + none;
        assertThat(count(REDIS, content)).isEqualTo(Map.of(0, new Database(5, 0, 0)));
        assertThat(count(REDIS, content, 1_700_000_000_000L)).isEqualTo(Map.of(0, new Database(5, 0, 0)));
        assertThat(count(REDIS, content, 1_700_000_000_001L)).isEqualTo(Map.of(0, new Database(5, 2, 0)));
    }

    @Test
    void tellsHashesThatLoseFieldsFromThoseThatExpireAsAWhole() throws IOException {
        String hash = "\u0018" + A + TIME + "\u0001\u0001" + A + B;
        String listpack = "\u0019" + A + TIME + string("listpack");
        String content = hash + listpack + "\u00fc" + TIME + listpack + "\u0000" + A + B;
        assertThat(count(REDIS, content, 1_700_000_000_000L)).isEqualTo(Map.of(0, new Database(4, 0, 0)));
        Database later = count(REDIS, content, 1_700_000_000_001L).get(0);
        assertThat(later).isEqualTo(new Database(4, 1, 2));
        assertThat(later.most()).isEqualTo(3);
        assertThat(later.least()).isEqualTo(1);
        String valkey = "\u0016" + A + "\u0002" + A + B + little(-1) + B + A + TIME;
        assertThat(count(VALKEY, valkey, 1_700_000_000_000L)).isEqualTo(Map.of(0, new Database(1, 0, 0)));
        assertThat(count(VALKEY, valkey, 1_700_000_000_001L)).isEqualTo(Map.of(0, new Database(1, 0, 1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 8, 29, 107, 241, 242})
    void saysWhichTypeItDoesNotKnow(int kind) {
        assertThatExceptionOfType(UnknownFormatException.class)
                .isThrownBy(() -> count(REDIS, "\u0000" + A + B + (char) kind + A + B))
                .withMessageStartingWith(
                        "the %s %d at offset 14 is unknown".formatted(kind < 240 ? "type" : "opcode", kind))
                .satisfies(unknown -> assertThat(unknown.kind()).isEqualTo(kind))
                .satisfies(unknown -> assertThat(unknown.offset()).isEqualTo(14));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0001a\u00c4",
                "\u0007\u0001a\u0001\u0006",
                "\u001c\u0001a\u0001\u0000\u0001\u0004",
            })
    void saysWhichPartOfAValueItDoesNotKnow(String content) {
        assertThatExceptionOfType(UnknownFormatException.class)
                .isThrownBy(() -> count(REDIS, content))
                .withMessageContaining(" at offset %d is unknown".formatted(Magic.LENGTH + content.length() - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {23, 24, 25, 26, 27, 28, 242})
    void doesNotTakeTheTypesOfRedisForThoseOfValkey(int kind) {
        assertThatExceptionOfType(UnknownFormatException.class)
                .isThrownBy(() -> count(VALKEY, (char) kind + A + TIME + string("listpack")))
                .satisfies(unknown -> assertThat(unknown.kind()).isEqualTo(kind));
    }

    private Map<Integer, Database> count(String magic, String content) throws IOException {
        return count(magic, content, 0);
    }

    private Map<Integer, Database> count(String magic, String content, long at) throws IOException {
        Path dump = SmallDump.write(directory.resolve("dump.rdb"), magic, content);
        return RdbKeys.count(dump, Instant.ofEpochMilli(at)).databases();
    }

    private static Arguments value(int type, String value) {
        return Arguments.of(type, value);
    }
}
