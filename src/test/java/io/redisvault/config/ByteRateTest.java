package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateTest {

    @ParameterizedTest
    @CsvSource({"10MiB, 10485760", "500KB, 500000", "2 GiB, 2147483648", "131072, 131072", "1MB, 1000000"})
    void readsBytesPerSecond(String text, long expected) {
        assertThat(new ByteRate().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "10 mib", "1.5MiB", "-1MiB", "10MiB/s", "0", "127KiB", "99999999999GiB"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> new ByteRate().convert(text)).isInstanceOf(BadValue.class);
    }
}
