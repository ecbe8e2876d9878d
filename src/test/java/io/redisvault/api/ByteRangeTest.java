package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.api.BackupDownload.ByteRange;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ByteRangeTest {

    @Test
    void readsTheThreeForms() {
        assertThat(ByteRange.of("bytes=0-0", 10)).hasValue(new ByteRange(0, 1));
        assertThat(ByteRange.of("bytes=3-7", 10)).hasValue(new ByteRange(3, 5));
        assertThat(ByteRange.of("bytes=3-", 10)).hasValue(new ByteRange(3, 7));
        assertThat(ByteRange.of("bytes=-3", 10)).hasValue(new ByteRange(7, 3));
        assertThat(ByteRange.of("Bytes= 3-7 ", 10)).hasValue(new ByteRange(3, 5));
    }

    @Test
    void endsWhereTheBackupEnds() {
        String huge = "9".repeat(50);

        assertThat(ByteRange.of("bytes=3-10", 10)).hasValue(new ByteRange(3, 7));
        assertThat(ByteRange.of("bytes=3-" + huge, 10)).hasValue(new ByteRange(3, 7));
        assertThat(ByteRange.of("bytes=-" + huge, 10)).hasValue(new ByteRange(0, 10));
    }

    @Test
    void cannotBeginThere() {
        for (String beyond : new String[] {"bytes=10-", "bytes=10-20", "bytes=" + "9".repeat(50) + "-", "bytes=-0"}) {
            assertThat(ByteRange.of(beyond, 10)).as(beyond).hasValueSatisfying(range -> {
                assertThat(range.length()).isZero();
                assertThat(range.of(10)).isEqualTo("bytes */10");
            });
        }
        assertThat(ByteRange.of("bytes=0-", 0).orElseThrow().length()).isZero();
        assertThat(ByteRange.of("bytes=-5", 0).orElseThrow().length()).isZero();
    }

    @Test
    void ignoresWhatIsNoSingleRange() {
        for (String other : new String[] {
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=7-3",
            "bytes=a-b",
            "bytes=1-2,4-5",
            "bytes=+1-2",
            "lines=1-2",
            "1-2"
        }) {
            assertThat(ByteRange.of(other, 10)).as(other).isEmpty();
        }
        assertThat(ByteRange.of(null, 10)).isEmpty();
    }

    @Property
    void isWithinTheBackup(
            @ForAll @LongRange(min = 0) long first,
            @ForAll @LongRange(min = 0) long last,
            @ForAll @LongRange(min = 0) long size) {
        for (String header : new String[] {"bytes=" + first + "-" + last, "bytes=" + first + "-", "bytes=-" + last}) {
            ByteRange.of(header, size).ifPresent(range -> {
                assertThat(range.offset()).as(header).isNotNegative();
                assertThat(range.length()).as(header).isBetween(0L, size);
                if (range.length() > 0) {
                    assertThat(range.offset()).as(header).isLessThanOrEqualTo(size - range.length());
                }
            });
        }
    }
}
