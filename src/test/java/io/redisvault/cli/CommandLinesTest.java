package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-28, 2026-11-28T00:00:00Z",
        "2026-11-28T14:00, 2026-11-28T14:00:00Z",
        "2026-11-28 14:00, 2026-11-28T14:00:00Z",
        "2026-11-28T14:00:05, 2026-11-28T14:00:05Z",
        "2026-11-28T14:00:05Z, 2026-11-28T14:00:05Z",
        "2026-11-28T14:00:05+01:00, 2026-11-28T13:00:05Z"
    })
    void timesAreTakenAsPeopleWriteThem(String text, String time) {
        assertThat(CommandLines.time(text)).isEqualTo(Instant.parse(time));
    }

    @Test
    void aTimeMayBeADurationAgo() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        assertThat(CommandLines.time("2h ago"))
                .isBetween(before.minus(Duration.ofHours(2)), Instant.now().minus(Duration.ofHours(2)));
        assertThat(CommandLines.time("2h ago").getNano()).as("in messages").isZero();
        assertThat(CommandLines.time("1h 30m ago")).isBefore(before.minus(Duration.ofMinutes(89)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-28", "2026-11-31", "14:00", ""})
    void whatIsNoTimeIsSaid(String text) {
        assertThatThrownBy(() -> CommandLines.time(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is not a time; write 2026-11-28");
    }

    @Test
    void modesAreOctal() {
        assertThat(PosixFilePermissions.toString(CommandLines.fileMode("0640").permissions()))
                .isEqualTo("rw-r-----");
        assertThat(PosixFilePermissions.toString(CommandLines.fileMode("777").permissions()))
                .isEqualTo("rwxrwxrwx");
    }

    @Test
    void aPathThatTheLocaleCannotExpressIsRefusedInOneLine() {
        assertThatThrownBy(() -> CommandLines.path("/data/\0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("is no path, or the locale cannot express it; set LC_ALL=C.UTF-8");
    }
}
