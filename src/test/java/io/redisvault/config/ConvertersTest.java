package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertersTest {

    @Test
    void readsBooleansAndNamesInAnyCase() {
        assertThat(new Converters.StrictBoolean().convert("True")).isTrue();
        assertThat(new Converters.StrictBoolean().convert("FALSE")).isFalse();
        assertThat(new Converters.StorageTypeName().convert("S3")).isEqualTo(StorageType.S3);
        assertThat(new Converters.StorageTypeName().convert("Gcs")).isEqualTo(StorageType.GCS);
        assertThat(new Converters.LogFormatName().convert("JSON")).isEqualTo(LogFormat.JSON);
    }

    @ParameterizedTest
    @CsvSource({"backups,backups", "/backups/,backups", "a/b c/ü,a/b c/ü", "'',''", "/,''", "..a/b..,..a/b.."})
    void readsPrefixesWithoutOuterSlashes(String text, String expected) {
        assertThat(new Names.Prefix().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a//b", "./a", "a/..", "a\\b", "a\nb", "a/\ud800"})
    void refusesPrefixesThatAreNoCleanKey(String text) {
        assertThatThrownBy(() -> new Names.Prefix().convert(text)).isInstanceOf(BadValue.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-vault", "abc", "a.b-c", "my_gcs_bucket", "0ab"})
    void readsBucketNames(String text) {
        assertThat(new Names.Bucket().convert(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "localhost", "::", "fd00::1", "redis-vault.example.com"})
    void readsHosts(String text) {
        assertThat(new Names.Host().convert(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://minio:9000", "https://s3.example.com/", "https://host/storage", "http://[::1]:9000"})
    void readsEndpoints(String text) {
        assertThat(new Converters.Endpoint().convert(text)).hasToString(text);
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
    void readsLogLevelsAndTheOriginalsDirectives(String text, String expected) {
        assertThat(new LogDirectives().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 3 * * *", "*/15 * * * *", "0 0 29 2 *", "30 2 1-5 * 1"})
    void readsCronExpressions(String text) {
        assertThat(new CronExpression().convert(text)).isEqualTo(text);
    }

    @Test
    void readsStorageUrls() {
        StorageUrl.Converter converter = new StorageUrl.Converter();
        assertThat(converter.convert("s3://bkt/a/b/"))
                .isEqualTo(new StorageUrl(StorageType.S3, Optional.of("bkt"), "a/b", Optional.empty()));
        assertThat(converter.convert("gs://my_bkt"))
                .isEqualTo(new StorageUrl(StorageType.GCS, Optional.of("my_bkt"), "", Optional.empty()));
        assertThat(converter.convert("file:///var/backups"))
                .isEqualTo(new StorageUrl(
                        StorageType.FILESYSTEM, Optional.empty(), "", Optional.of(Path.of("/var/backups"))));
    }
}
