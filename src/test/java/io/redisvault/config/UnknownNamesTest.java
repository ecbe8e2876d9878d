package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables that people set by habit: taken, or named in a warning, and never ignored in silence. */
class UnknownNamesTest {

    @Test
    void namesOfOtherToolsAreTaken() {
        VaultConfig config = good(
                "REDIS_HOST=redis",
                "REDIS_PORT=6380",
                "REDIS_PASSWORD=secret",
                "S3_REGION=eu-west-1",
                "S3_ENDPOINT_URL=http://minio:9000",
                "S3_BUCKET_NAME=mine");
        assertThat(config.redis().connectionString()).hasToString("redis://redis:6380/0");
        assertThat(QuarkusSources.derived(config)).containsEntry("quarkus.redis.hosts", "redis://:secret@redis:6380");
        assertThat(config.storage().region()).contains("eu-west-1");
        assertThat(config.storage().endpoint().map(Object::toString)).contains("http://minio:9000");
        assertThat(config.storage().bucket()).contains("mine");
        assertThat(good("REDIS_HOST=fd00::1").redis().connectionString()).hasToString("redis://[fd00::1]:6379/0");
        assertThat(good("REDIS_URL=rediss://me@redis", "REDIS_HOST=other")
                        .redis()
                        .connectionString())
                .hasToString("rediss://redis:6379/0");
        assertThat(good("AWS_S3_BUCKET=mine", "AWS_S3_ENDPOINT=http://minio:9000")
                        .storage())
                .satisfies(
                        storage -> assertThat(storage.bucket()).contains("mine"),
                        storage -> assertThat(storage.endpoint()).isPresent());
        assertThat(good("REDISCLI_AUTH=secret").redis().password()).contains("secret");
        assertThat(good("AWS_DEFAULT_REGION=eu-west-2").storage().region()).contains("eu-west-2");
        assertThat(good("STORAGE_URL=gs://abc", "S3_REGION=eu-west-1", "GOOGLE_CLOUD_PROJECT=mine")
                        .storage())
                .satisfies(storage -> assertThat(storage.region()).isEmpty(), storage -> assertThat(storage.projectId())
                        .contains("mine"));
    }

    private static VaultConfig good(String... variables) {
        Settings settings = Reading.environment(variables);
        assertThat(settings.mistakes()).isEmpty();
        return settings.typed();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "S3_REGION=a;AWS_REGION=b | S3_REGION has no effect, since AWS_REGION is set",
                "REDIS_URL=redis://a;REDIS_CONNECTION=redis://b | REDIS_URL has no effect, since REDIS_CONNECTION is set",
                "REDIS_HOST=a;REDIS_CONNECTION=redis://b | REDIS_HOST has no effect, since REDIS_CONNECTION is set",
                "REDIS_PASSWORD=a;REDIS_CONNECTION=redis://:b@c | REDIS_PASSWORD has no effect, since REDIS_CONNECTION has a password",
                "BACKUP_SCHEDULE=@daily | BACKUP_SCHEDULE is not a variable of redis-vault and has no effect; set BACKUP_INTERVAL or BACKUP_CRON",
                "RETENTION_KEEP=7 | RETENTION_KEEP is not a variable of redis-vault and has no effect; set RETENTION_KEEP_LAST or RETENTION_KEEP_DURATION",
                "SCHEDULE=daily | SCHEDULE is not a variable of redis-vault and has no effect; set BACKUP_INTERVAL or BACKUP_CRON",
                "REDIS_USER=me | REDIS_USER is not a variable of redis-vault and has no effect; set REDIS_CONNECTION",
                "REDIS_DIR=/d | REDIS_DIR is not a variable of redis-vault and has no effect; set REDIS_DATA_PATH",
                "BACKUP_BUCKET=b | BACKUP_BUCKET is not a variable of redis-vault and has no effect; set STORAGE_URL",
                "MINIO_ACCESS_KEY=k | MINIO_ACCESS_KEY is not a variable of redis-vault and has no effect; set AWS_ACCESS_KEY_ID",
                "REDISCLI_AUTH=a;REDIS_CONNECTION=redis://:b@c | REDISCLI_AUTH has no effect, since REDIS_CONNECTION has a password",
                "REDIS_VERSION=7.2 | REDIS_VERSION is not a variable of redis-vault and has no effect",
                "S3_CHECKSUMS=true | S3_CHECKSUMS has no effect any more; leave it out",
                "STORAGE_URL=gs://abc;GCS_ENDPOINT=http://gcs | GCS_ENDPOINT is not https://, so credentials are sent in the clear; for an emulator set GCS_CREDENTIALS=none",
            })
    void whatHasNoEffectIsSaid(String variables, String line) {
        Settings settings = Reading.environment(variables.split(";"));
        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.warnings()).containsExactly(line);
    }

    @ParameterizedTest
    @CsvSource({
        "S3_REGION=a;AWS_REGION=a",
        "REDIS_HOST=a;REDIS_PORT=1;REDIS_CONNECTION=redis://:pw@a:1",
        "S3_REGION=a;STORAGE_URL=gs://abc",
        "STORAGE_URL=gs://abc;GCS_ENDPOINT=http://gcs;GCS_CREDENTIALS=none"
    })
    void whatAgreesIsNotSaid(String variables) {
        assertThat(Reading.environment(variables.split(";")).warnings()).isEmpty();
    }
}
