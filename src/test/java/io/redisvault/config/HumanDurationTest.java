package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanDurationTest {

    @ParameterizedTest
    @CsvSource({
        "30s, PT30S",
        "300s, PT5M",
        "5m, PT5M",
        "1h, PT1H",
        "6h, PT6H",
        "1d, P1D",
        "2days, P2D",
        "1w, P7D",
        "1h 30m, PT1H30M",
        "1h30m, PT1H30M",
        "1 h 30 min, PT1H30M",
        "500ms, PT0.5S",
        "0s, PT0S",
        "0, PT0S",
        "1month, PT730H33M36S",
        "12M, PT8766H43M12S",
        "1y, PT8766H",
        "2hrs, PT2H",
        "90mins, PT1H30M",
        "17nsec, PT0.000000017S",
        "3us, PT0.000003S",
        "2weeks 1sec, PT336H1S",
        "1000y, PT8766000H"
    })
    void readsWhatHumantimeReads(String text, Duration expected) {
        assertThat(HumanDuration.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "h", "1x", "1 hour 2", "1h -2m", "1.5h", "1h,2m", "1D", "½h", "PT1H", "1 0h"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> HumanDuration.parse(text)).isInstanceOf(BadValue.class);
    }

    @Test
    void refusesWhatWouldOverflow() {
        assertThatThrownBy(() -> HumanDuration.parse("9".repeat(400) + "ns")).hasMessage("is longer than 1000 years");
    }
}
