package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.config.ValueFormat.InvalidValueException;
import io.redisvault.config.VaultConfig.StorageType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueFormatTest {

    @ParameterizedTest
    @CsvSource({
        "30s, PT30S",
        "300s, PT5M",
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
        "90mins, PT1H30M",
        "17nsec, PT0.000000017S",
        "3us, PT0.000003S",
        "2weeks 1sec, PT336H1S",
        "1000y, PT8766000H"
    })
    void readsDurationsAsHumantimeDoes(String text, Duration expected) {
        assertThat(HumanDuration.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "h", "1x", "1 hour 2", "1h -2m", "1.5h", "1h,2m", "1D", "½h", "PT1H", "1 0h"})
    void refusesOtherDurations(String text) {
        assertThatThrownBy(() -> HumanDuration.parse(text)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void refusesDurationsThatWouldOverflow() {
        for (String text : new String[] {"9".repeat(400) + "ns", "9".repeat(18) + "y", "1000y 1ns"}) {
            assertThatThrownBy(() -> HumanDuration.parse(text)).hasMessage("is longer than 1000 years");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10MiB, 10485760",
        "500KB, 500000",
        "2 GiB, 2147483648",
        "131072, 131072",
        "1MB, 1000000",
        "131072B, 131072"
    })
    void readsBytesPerSecond(String text, String expected) {
        assertThat(ValueFormat.RATE.canonical(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "10 mib", "1.5MiB", "-1MiB", "10MiB/s", "0", "127KiB", "99999999999GiB"})
    void refusesOtherRates(String text) {
        assertThatThrownBy(() -> ValueFormat.RATE.canonical(text)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @CsvSource({"backups,backups", "/backups/,backups", "a/b c/ü,a/b c/ü", "'',''", "/,''", "..a/b..,..a/b.."})
    void readsPrefixesWithoutOuterSlashes(String text, String expected) {
        assertThat(ValueFormat.PREFIX.canonical(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a//b", "./a", "a/..", "a\\b", "a\nb", "a/\ud800"})
    void refusesPrefixesThatAreNoCleanKey(String text) {
        assertThatThrownBy(() -> ValueFormat.PREFIX.canonical(text)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "S3_BUCKET=a.b-c",
                "S3_BUCKET=0ab",
                "S3_ENDPOINT=http://swift;S3_BUCKET=My_Bucket;AWS_REGION=RegionOne",
                "S3_ENDPOINT=http://[::1]:9000",
                "S3_ENDPOINT=https://host/storage",
                "STORAGE_URL=gs://my_gcs_bucket",
                "STORAGE_URL=gs://abc;GCS_CA_FILE=src/test/resources/redis-ca.pem",
                "HTTP_HOST=localhost",
                "HTTP_HOST=fd00::1",
                "HTTP_HOST=redis-vault.example.com",
                "BACKUP_CRON=*/15 * * * *",
                "BACKUP_CRON=0 0 29 2 *",
                "BACKUP_CRON=30 2 1-5 * 1"
            })
    void takesWhatIsRight(String variables) {
        assertThat(Reading.environment(variables.split(";")).mistakes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "info|info",
                "WARN|warn",
                "info,redis_vault=debug|debug",
                "redis_vault=trace,hyper=warn|trace",
                "hyper=debug|info",
                "redis_vault::backup=debug,error|debug",
                "off|off"
            })
    void readsLogLevelsAndDirectivesOfTheRustVersion(String text, String expected) {
        assertThat(ValueFormat.LOG_LEVEL.canonical(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://bkt/a/b/, S3, bkt,, a/b",
        "gs://my_bkt, GCS, my_bkt,,",
        "file:///var/backups, FILESYSTEM,, /var/backups,"
    })
    void readsStorageUrls(String url, StorageType type, String bucket, Path path, String prefix) {
        VaultConfig.Storage storage = Reading.config("STORAGE_URL=" + url).storage();
        assertThat(storage.type()).isEqualTo(type);
        assertThat(storage.bucket()).isEqualTo(Optional.ofNullable(bucket));
        assertThat(storage.path()).isEqualTo(Optional.ofNullable(path));
        assertThat(storage.prefix()).isEqualTo(Optional.ofNullable(prefix));
    }

    @Test
    void aNameThatTheLocaleCannotExpressIsRefusedOnTheCommandLineToo() {
        assertThat(Settings.nodeName("é")).isEqualTo("é");
        assertThatThrownBy(() -> Settings.nodeName("\ufffd")).hasMessage(ValueFormat.LOCALE_RULE);
    }
}
