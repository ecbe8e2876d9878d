package io.redisvault.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.rdb.RdbHeader.RdbFormat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers are written as Latin-1 text, a char for a byte. */
class RdbHeaderTest {

    private static final String END = "\u00fe\u0000\u00ff12345678";
    private static final String LONG = "\u0081";
    private static final String LZF = "\u00c3";

    @ParameterizedTest
    @CsvSource({
        "REDIS0005, REDIS,  5, false",
        "REDIS0011, REDIS, 11, false",
        "REDIS0012, REDIS, 12, false",
        "REDIS0016, REDIS, 16, true",
        "REDIS9999, REDIS, 9999, true",
        "VALKEY080, VALKEY, 80, false",
        "VALKEY082, VALKEY, 82, true",
    })
    void knowsTheFormatsOfRedisAndValkey(String text, RdbFormat magic, int version, boolean newer) {
        RdbHeader header = parse(text + END);
        assertThat(header.magic()).isEqualTo(magic);
        assertThat(header.version()).isEqualTo(version);
        assertThat(header.isNewerThanKnown()).isEqualTo(newer);
    }

    @Test
    void readsWhatTheServerSaysOfItself() {
        RdbHeader header = parse("REDIS0011" + aux("redis-ver", "7.2.4") + raw("redis-bits", "\u00c0\u0040")
                + raw("ctime", "\u00c2\u0000\u00f1\u0053\u0065") + raw("used-mem", "\u00c1\u0000\u0001")
                + aux("repl-id", "0123456789abcdef0123456789abcdef01234567") + aux("repl-offset", "5000000000")
                + raw("aof-base", "\u00c0\u0000") + aux("of-a-module", "kept") + END);
        assertThat(header.producer()).isEqualTo("redis 7.2.4");
        assertThat(header.createdAt()).contains(Instant.ofEpochSecond(0x6553f100));
        assertThat(header.replicationId()).contains("0123456789abcdef0123456789abcdef01234567");
        assertThat(header.replicationOffset()).hasValue(5_000_000_000L);
        assertThat(header.aux())
                .containsEntry("redis-bits", "64")
                .containsEntry("used-mem", "256")
                .containsEntry("aof-base", "0")
                .containsEntry("of-a-module", "kept")
                .hasSize(8);
        assertThat(header.aux().keySet()).startsWith("redis-ver", "redis-bits", "ctime");
    }

    @Test
    void tellsValkeyInTheFormatOfRedis() {
        RdbHeader header = parse("REDIS0011" + aux("valkey-ver", "8.0.1") + END);
        assertThat(header.producer()).isEqualTo("valkey 8.0.1");
    }

    @Test
    void knowsNothingThatIsNotThereOrIsNoNumber() {
        RdbHeader header = parse("REDIS0011" + aux("ctime", "9223372036854775807") + aux("repl-offset", "far") + END);
        assertThat(header.createdAt()).isEmpty();
        assertThat(header.replicationOffset()).isEmpty();
        assertThat(header.producer()).isEqualTo("redis");
        assertThat(header.replicationId()).isEmpty();
    }

    @Test
    void readsEveryEncodingOfAString() {
        RdbHeader header = parse("REDIS0011" + raw("int8", "\u00c0\u00ff") + raw("int16", "\u00c1\u0018\u00fc")
                + raw("int32", "\u00c2\u0000\u0000\u0000\u0080") + raw("6", "\u0001a")
                + raw("14", "\u0040\u0002bc") + raw("32", "\u0080\u0000\u0000\u0000\u0003def")
                + raw("64", LONG + "\0\0\0\0\0\0\0\u0001g")
                + raw("lzf", LZF + "\u0009\u0010\u0001ab\u00e0\u0003\u0001\u0001cd") + END);
        assertThat(header.aux())
                .containsEntry("int8", "-1")
                .containsEntry("int16", "-1000")
                .containsEntry("int32", "-2147483648")
                .containsEntry("6", "a")
                .containsEntry("14", "bc")
                .containsEntry("32", "def")
                .containsEntry("64", "g")
                .containsEntry("lzf", "abababababababcd");
    }

    @Test
    void makesForeignBytesFitForLogLinesAndHeaders() {
        assertThat(parse("REDIS0011" + aux("x", "a\r\nb\u00e4\u007f") + END).aux())
                .containsEntry("x", "a\\x0d\\x0ab\\xe4\\x7f");
    }

    @Test
    void stopsAtTheFirstOtherOpcode() {
        assertThat(parse("REDIS0011" + aux("a", "1") + "\u00f7" + aux("b", "2") + END)
                        .aux())
                .containsOnlyKeys("a");
        assertThat(parse("REDIS0011" + aux("a", "1") + "\u00f5" + aux("b", "2") + END)
                        .aux())
                .containsOnlyKeys("a");
    }

    @Test
    void leavesOutALongFieldButNotTheDump() {
        String value = "\u0080\u0000\u0000\u0040\u0000" + "x".repeat(0x4000);
        assertThat(parse("REDIS0011" + raw("long", value) + aux("next", "1") + END)
                        .aux())
                .containsOnlyKeys("next");
        assertThat(parse("REDIS0011" + "\u00fa" + value + "\u0001a" + aux("next", "1") + END)
                        .aux())
                .containsOnlyKeys("next");
    }

    @Test
    void readsNoFurtherThanTheHead() {
        String value = "\u0080\u0000\u0001\u0000\u0000" + "x".repeat(0x10000);
        assertThat(parse("REDIS0011" + aux("first", "1") + raw("long", value) + aux("last", "1") + END)
                        .aux())
                .containsOnlyKeys("first");
        for (int gap = 0; gap < 40; gap++) { // fields that begin shortly before the end of the head
            String text = "REDIS0011"
                    + raw("first", "\u0080\u0000\u0000" + (char) 0xff + (char) (0xd0 + gap) + "x".repeat(0xffd0 + gap));
            assertThat(parse(text + aux("last", "1") + END).aux()).doesNotContainKey("first");
        }
    }

    @Test
    void readsNoMoreThan64Fields() {
        String fields = IntStream.range(0, 100).mapToObj(n -> aux("f" + n, "1")).collect(Collectors.joining());
        assertThat(parse("REDIS0011" + fields + END).aux()).hasSize(64).containsKeys("f0", "f63");
    }

    @Test
    void takesWhatItCanOfAnUnknownFormat() {
        RdbHeader header = parse("REDIS0099" + aux("a", "1") + raw("b", "\u00c7secret") + END);
        assertThat(header.aux()).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''               | the file is empty",
                "REDIS001         | the file is too short for a dump: it has 8 bytes",
                "REDIS0011        | the dump is cut off: it has 9 bytes, the smallest one 18",
                "REDIS0011ABCDEFGH | the dump is cut off: it has 17 bytes, the smallest one 18",
                "REDIS0004ABCDEFGHI | RDB version 4 is too old",
                "VCS............................| not an RDB file",
                "REDIS 011.................| not an RDB file: it starts with 'REDIS 011.......' instead of REDIS or VALKEY",
                "VALKEY0A0.................| not an RDB file",
                "redis0011.................| not an RDB file",
                "PK\u0003\u0004...................| it starts with 'PK\\x03\\x04............'",
            })
    void refusesWhatIsNoDump(String text, String message) {
        assertRefused(text, message);
    }

    @Test
    void refusesLengthsBeyondTheFile() {
        assertRefused(
                "REDIS0011\u00fa" + LONG + "\u0080\0\0\0\0\0\0\0" + END, "offset 10 claims 9223372036854775808 bytes");
        assertRefused(
                "REDIS0011\u00fa" + LONG + "\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff" + END,
                "claims 9223372036854775807 bytes");
        assertRefused("REDIS0011\u00fa" + LONG + "\u00ff".repeat(8) + END, "claims 18446744073709551615 bytes");
        assertRefused("REDIS0011\u00fa\u0080\u00ff\u00ff\u00ff\u00ff" + END, "claims 4294967295 bytes");
        assertRefused(
                "REDIS0011" + raw("a", "\u0080\u007f\u00ff\u00ff\u00ff") + END, "offset 12 claims 2147483647 bytes");
        assertRefused("REDIS0011\u00fa\u003f" + END, "claims 63 bytes, but the file has only 22");
        assertRefused(
                "REDIS0011\u00fa" + LZF + LONG + "\u00ff".repeat(8) + "\u0001" + END, "claims 18446744073709551615");
    }

    @Test
    void refusesDamagedCompression() {
        assertRefused(
                "REDIS0011" + raw("a", LZF + "\u0002\u0010\u0020\u0000") + END,
                "compressed AUX string at offset 12 is damaged");
        assertRefused("REDIS0011" + raw("a", LZF + "\u0002\u0001\u001f\u0000") + END, "is damaged");
        assertRefused("REDIS0011" + raw("a", LZF + "\u0002\u0002\u0000x") + END, "is damaged");
        assertThat(parse("REDIS0011" + raw("a", LZF + "\u0002" + LONG + "\u00ff".repeat(8) + "\u0000x") + END)
                        .aux())
                .isEmpty();
    }

    @Test
    void refusesUnknownEncodings() {
        assertRefused("REDIS0011" + raw("a", "\u00c4") + END, "offset 12 has the unknown encoding c4");
        assertRefused("REDIS0011" + raw("a", "\u0082") + END, "unknown encoding 82");
    }

    @Test
    void refusesAFileThatEndsWithinItsFields() {
        assertRefused("REDIS0011" + raw("abcdefgh", "\u0080\u0000"), "ends within an AUX field");
        assertRefused("REDIS0011" + aux("abcdef", "1") + "\u00fa", "ends within an AUX field");
        assertRefused("REDIS0011" + aux("abcdef", "1"), "ends within an AUX field");
    }

    @Test
    void isBoundedForEndlessFields() {
        ByteBuffer head = ByteBuffer.wrap(("REDIS0011" + "\u00fa\u0000\u0000".repeat(1_000_000)).getBytes(ISO_8859_1));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int n = 0; n < 1000; n++) {
                assertThat(RdbHeader.parse(head, Long.MAX_VALUE).aux()).hasSize(1);
            }
        });
    }

    private static void assertRefused(String text, String message) {
        assertThatExceptionOfType(InvalidDumpException.class)
                .isThrownBy(() -> parse(text))
                .withMessageContaining(message);
    }

    private static RdbHeader parse(String text) {
        ByteBuffer head = ByteBuffer.wrap(
                text.substring(0, Math.min(text.length(), RdbHeader.MAX_LENGTH)).getBytes(ISO_8859_1));
        RdbHeader header = RdbHeader.parse(head, text.length());
        assertThat(head.position()).isZero();
        return header;
    }

    private static String aux(String key, String value) {
        return raw(key, (char) value.length() + value);
    }

    /** A field whose value is encoded already. */
    private static String raw(String key, String value) {
        return "\u00fa" + (char) key.length() + key + value;
    }
}
