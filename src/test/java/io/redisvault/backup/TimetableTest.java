package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimetableTest {

    @ParameterizedTest
    @CsvSource({
        "PT1H,  2026-11-23T10:59:59.999Z, 2026-11-23T11:00:00Z",
        "PT1H,  2026-11-23T11:00:00Z,     2026-11-23T12:00:00Z",
        "PT15M, 2026-11-23T11:07:00Z,     2026-11-23T11:15:00Z",
        "PT24H, 2026-11-23T11:07:00Z,     2026-11-24T00:00:00Z",
        "PT7H,  1970-01-01T00:00:00Z,     1970-01-01T07:00:00Z",
        "PT1S,  2026-11-23T11:07:00.5Z,   2026-11-23T11:07:01Z"
    })
    void runsAtMultiplesOfTheIntervalSinceTheEpoch(Duration interval, Instant after, Instant expected) {
        assertThat(Timetable.every(interval).apply(after)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'0 3 * * *',    2026-11-23T03:00:00Z, 2026-11-24T03:00:00Z",
        "'*/5 * * * *',  2026-11-23T03:04:59Z, 2026-11-23T03:05:00Z",
        "'30 1 * * 0',   2026-11-23T03:00:00Z, 2026-11-29T01:30:00Z",
        "'0 0 29 2 *',   2026-11-23T03:00:00Z, 2028-02-29T00:00:00Z"
    })
    void runsByCronInUtc(String expression, Instant after, Instant expected) {
        assertThat(Timetable.cron(expression).apply(after)).isEqualTo(expected);
    }

    @Test
    void aCronThatNeverComesNeverRuns() {
        assertThat(Timetable.cron("0 0 30 2 *").apply(Instant.EPOCH)).isEqualTo(Instant.MAX);
    }
}
