package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.RdbHeader.RdbFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RdbSupportTest {

    @ParameterizedTest
    @CsvSource({
        "redis 6.2.7,   9, LOADS",
        "redis 6.2.7,  10, REFUSES",
        "redis 7.0.15, 10, LOADS",
        "redis 7.0.15, 11, REFUSES",
        "redis 7.4.1,  12, LOADS",
        "redis 7.2.5,  12, REFUSES",
        "redis 8.0.6,  12, LOADS",
        "redis 8.0.6,  13, REFUSES",
        "redis 8.6.3,  13, LOADS",
        "redis 8.10.0, 15, LOADS",
        "redis 8.6.3,  80, REFUSES",
        // Newer than the table: at least what those before it load.
        "redis 9.0.0,  15, LOADS",
        "redis 9.0.0,  16, UNKNOWN",
        "redis 8.5.0,  12, LOADS",
        "redis 8.5.0,  13, UNKNOWN",
        "redis 4.0.14,  8, UNKNOWN",
        // The two went apart after version 11.
        "valkey 8.1.1, 11, LOADS",
        "valkey 8.1.1, 12, REFUSES",
        "valkey 8.1.1, 80, REFUSES",
        "valkey 9.1.2, 11, LOADS",
        "valkey 9.1.2, 12, REFUSES",
        "valkey 9.1.2, 80, LOADS",
        "valkey 9.1.2, 81, REFUSES",
        "valkey 9.2.0, 81, LOADS",
        "redict 7.3.6, 12, UNKNOWN",
        "unknown,       9, UNKNOWN",
    })
    void aServerLoadsWhatItsReleaseKnows(String server, int version, RdbSupport support) {
        assertThat(RdbSupport.of(server, version)).isEqualTo(support);
    }

    @ParameterizedTest
    @CsvSource({"REDIS, redis 8.10.0", "VALKEY, valkey 9.2.0"})
    void theNewestReleasesLoadAllThatIsKnown(RdbFormat format, String newest) {
        assertThat(RdbSupport.of(newest, format.newestKnownVersion())).isEqualTo(RdbSupport.LOADS);
        assertThat(RdbSupport.of(newest, format.newestKnownVersion() + 1)).isEqualTo(RdbSupport.REFUSES);
    }
}
