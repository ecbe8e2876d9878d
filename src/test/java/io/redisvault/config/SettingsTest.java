package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.codec.AgeKeys;
import io.redisvault.config.VaultConfig.StorageType;
import io.redisvault.servers.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class SettingsTest {

    @TempDir
    Path directory;

    @Test
    void theSeedsExampleSaysNothingButTheDefaults() {
        Settings seed = Reading.of(Map.of(), Optional.of(Path.of("src/test/resources/seed-config.yaml")));

        assertThat(seed.properties()).isEqualTo(Reading.environment().properties());
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/config/rust-variables.txt", delimiter = '|')
    void everyVariableOfTheRustVersionReachesTheTypedInterface(String variable, String value) {
        Map<String, String> variables = new HashMap<>(Map.of(variable, value));
        if (variable.startsWith("GCS_") || variable.equals("STORAGE_TYPE")) {
            variables.put("STORAGE_TYPE", "gcs");
            variables.putIfAbsent("GCS_BUCKET", "redis-vault");
        }
        assertThat(Reading.environment(variables).mistakes()).as(variable).isEmpty();
        assertThat(Reading.environment(variables).properties())
                .isNotEqualTo(Reading.environment().properties());
    }

    @Test
    void newerKeysOfTheRustVersionWork() {
        VaultConfig config = good(Reading.yaml(directory, """
                backup:
                  storage_url: gs://bkt/some/where/
                  initial_delay: 10s
                logging:
                  level: warn
                metrics:
                  enabled: true
                  port: 9090
                  listen_address: 127.0.0.1
                """));

        assertThat(config.storage().type()).isEqualTo(StorageType.GCS);
        assertThat(config.storage().bucket()).contains("bkt");
        assertThat(config.storage().prefix()).contains("some/where");
        assertThat(config.backup().initialDelay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.logging().level()).isEqualTo("warn");
        assertThat(config.http().port()).isEqualTo(9090);
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
    }

    /** Good values for the file and for the environment. */
    private static Map<String, List<String>> values() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/config/two-values.txt")).stream()
                .map(line -> line.split(" \\| "))
                .collect(Collectors.toMap(words -> words[0], words -> List.of(words[1], words[2])));
    }

    /** What some settings are of no use without. */
    private static final Map<String, List<String>> BESIDE = Map.of(
            "redis.ca_file", List.of("REDIS_CONNECTION=rediss://redis"),
            "redis.client_cert_file", List.of("REDIS_CONNECTION=rediss://redis", "REDIS_CLIENT_KEY_FILE=KEY"),
            "redis.client_key_file", List.of("REDIS_CONNECTION=rediss://redis", "REDIS_CLIENT_CERT_FILE=CERT"),
            "storage.ca_file", List.of("S3_ENDPOINT=https://minio:9000", "GCS_ENDPOINT=https://gcs"),
            "http.tls_cert_file", List.of("HTTP_TLS_KEY_FILE=KEY"),
            "http.tls_key_file", List.of("HTTP_TLS_CERT_FILE=CERT"),
            "storage.sse_kms_key_id", List.of("S3_SSE=aws:kms"));

    @Test
    void theEnvironmentWinsOverTheFileAndTheFileOverTheDefault() throws IOException {
        TlsIdentity identity = TlsIdentity.generate(directory, "dns:localhost");
        Path secret = Files.writeString(directory.resolve("secret"), "a-token-from-a-file");
        for (Setting setting : Setting.ALL) {
            Path file =
                    switch (setting.key().replaceFirst(".*_(\\w+_file)", "$1")) {
                        case "cert_file" -> identity.certificate();
                        case "key_file" -> identity.key();
                        case "recipients_file", "identity_file" -> ageKeys(setting);
                        default -> secret;
                    };
            // One file under two names.
            List<String> values = values().getOrDefault(
                            setting.key(), List.of(file.toString(), file.getParent() + "/./" + file.getFileName()));
            String yaml = setting.key().replace(".", ":\n  ") + ": '" + values.get(0) + "'\n";
            for (String variable : setting.variables()) {
                Map<String, String> variables = new HashMap<>(surroundings(variable));
                BESIDE.getOrDefault(setting.key(), List.of()).stream()
                        .map(beside -> beside.replaceFirst("=KEY", "=" + identity.key())
                                .replaceFirst("=CERT", "=" + identity.certificate()))
                        .forEach(beside -> variables.putAll(Reading.variables(beside)));
                variables.remove(variable);
                assertThat(value(setting, variables, yaml)).as(variable).isEqualTo(values.get(0));
                variables.put(variable, values.get(1));
                assertThat(value(setting, variables, yaml)).as(variable).isEqualTo(values.get(1));
            }
        }
    }

    private Path ageKeys(Setting setting) throws IOException {
        AgeKeys.Pair keys = AgeKeys.generate();
        Path file = Files.writeString(
                directory.resolve(setting.key()),
                setting.key().contains("identity") ? keys.identity() : keys.recipient());
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private String value(Setting setting, Map<String, String> variables, String yaml) {
        Settings settings = Reading.of(variables, Optional.of(Reading.file(directory, yaml)));
        assertThat(settings.mistakes()).isEmpty();
        return settings.value(setting.key()).text();
    }

    /** The settings that a storage type needs. */
    private static Map<String, String> surroundings(String variable) {
        return switch (variable.replaceFirst("_.*", "")) {
            case "GCS" -> Map.of("STORAGE_TYPE", "gcs", "GCS_BUCKET", "abc");
            case "FILESYSTEM" -> Map.of("STORAGE_TYPE", "filesystem", "FILESYSTEM_PATH", "/abc");
            default -> Map.of();
        };
    }

    @Test
    void variablesOfOtherStoragesAreIgnored() {
        VaultConfig config = good(Reading.environment(
                "STORAGE_URL=gs://bkt/p", "S3_BUCKET=?", "AWS_REGION=?", "S3_ENDPOINT=?", "FILESYSTEM_PATH=relative"));

        assertThat(config.storage().bucket()).contains("bkt");
        assertThat(config.storage().endpoint()).isEmpty();
        assertThat(config.storage().path()).isEmpty();
    }

    @Test
    void whatAFileSaysOfAnotherStorageThanTheEnvironmentsIsIgnored() {
        Settings settings = Reading.yaml(
                directory,
                "storage: {type: s3, bucket: files, prefix: files, endpoint: 'http://minio'}",
                "STORAGE_TYPE=gcs",
                "GCS_BUCKET=mine");

        assertThat(good(settings).storage().bucket()).contains("mine");
        assertThat(good(settings).storage().prefix()).contains("redis-vault");
        assertThat(good(settings).storage().endpoint()).isEmpty();
        assertThat(Reading.yaml(directory, "storage: {type: s3, bucket: files}", "STORAGE_TYPE=gcs")
                        .mistakes())
                .containsExactly("GCS_BUCKET is not set; the storage type gcs needs it");
    }

    @Test
    void aStorageUrlSetsEveryPartAndTheEnvironmentsPartsStillWinOverAFilesUrl() {
        VaultConfig.Storage url =
                good(Reading.environment("STORAGE_URL=s3://bkt")).storage();
        assertThat(url.bucket()).contains("bkt");
        assertThat(url.prefix()).isEmpty();

        VaultConfig.Storage file =
                good(Reading.environment("STORAGE_URL=file:///backups")).storage();
        assertThat(file.type()).isEqualTo(StorageType.FILESYSTEM);
        assertThat(file.path()).contains(Path.of("/backups"));
        assertThat(file.prefix()).isEmpty();

        Settings mixed = Reading.yaml(directory, "backup: {storage_url: 's3://files/p'}", "S3_BUCKET=mine");
        assertThat(good(mixed).storage().bucket()).contains("mine");
        assertThat(good(mixed).storage().prefix()).contains("p");
    }

    @Test
    void namesOfOnePlaceMayRepeatEachOther() {
        good(Reading.environment(
                "STORAGE_URL=s3://bkt/p/",
                "STORAGE_TYPE=s3",
                "S3_BUCKET=bkt",
                "S3_PREFIX=/p",
                "METRICS_PORT=1",
                "HTTP_PORT=1"));
    }

    @Test
    void aScheduleOfTheEnvironmentWinsOverTheFilesOther() {
        Settings cron = Reading.yaml(directory, "backup: {interval: 1h}", "BACKUP_CRON=0 3 * * *");
        Settings interval = Reading.yaml(directory, "backup: {cron: '0 3 * * *'}", "BACKUP_INTERVAL=2h");

        assertThat(good(cron).backup().cron()).contains("0 3 * * *");
        assertThat(good(interval).backup().cron()).isEmpty();
        assertThat(good(interval).backup().interval()).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void anEmptyVariableOfAnOptionalSettingIsNotSet() {
        Settings settings = Reading.yaml(
                directory,
                "retention: {keep_duration: 3d}\nstorage: {region: ''}",
                "RETENTION_KEEP_DURATION=",
                "BACKUP_CRON=",
                "AWS_REGION=",
                "S3_ENDPOINT=",
                "API_TOKEN=",
                "STORAGE_URL=");

        assertThat(good(settings).retention().keepDuration()).contains(Duration.ofDays(3));
        assertThat(good(settings).storage().region()).isEmpty();
    }

    @Test
    void anEmptyPrefixIsAPrefix() {
        assertThat(good(Reading.environment("S3_PREFIX=")).storage().prefix()).isEmpty();
        assertThat(good(Reading.yaml(directory, "storage: {prefix: ''}"))
                        .storage()
                        .prefix())
                .isEmpty();
    }

    @Test
    void rustLogWinsOverLogLevel() {
        assertThat(good(Reading.environment("RUST_LOG=warn", "LOG_LEVEL=debug"))
                        .logging()
                        .level())
                .isEqualTo("warn");
    }

    @Test
    void filesMayBeEmptyOrHaveEmptyGroupsOrAByteOrderMark() {
        for (String text : List.of("", "# nothing\n", "---\n", "redis:\nbackup: ~\n", "\uFEFFredis: {}\n")) {
            assertThat(Reading.yaml(directory, text).mistakes()).as(text).isEmpty();
        }
    }

    @Test
    void theFilesystemStorageTakesPathAndPrefix() {
        VaultConfig.Storage storage = good(Reading.environment(
                        "STORAGE_TYPE=filesystem", "FILESYSTEM_PATH=/backups", "FILESYSTEM_PREFIX=a/b"))
                .storage();

        assertThat(storage.path()).contains(Path.of("/backups"));
        assertThat(storage.prefix()).contains("a/b");
        assertThat(storage.bucket()).isEmpty();
    }

    @Test
    void noSecretIsEverInAMistake() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 300; i++) {
            // Some characters make the value itself wrong, others the file.
            String secret = random.ints(14, 0, 11)
                    .mapToObj(c -> "abZ9*!&:#{/".substring(c, c + 1))
                    .collect(Collectors.joining("", "*!hunter", ""));
            String address = "redis://user:" + secret + (random.nextBoolean() ? "@host:port" : "/@host");
            Path file = Reading.file(
                    directory, "redis:\n  connection_string: " + address + "\nhttp:\n  token: " + secret + "\n");
            Settings settings = Reading.of(
                    Map.of(
                            "REDIS_CONNECTION",
                            address,
                            "API_TOKEN",
                            secret.substring(0, 12),
                            "STORAGE_URL",
                            "s3://key:" + secret + "@bucket/p",
                            "S3_ENDPOINT",
                            "http://key:" + secret + "@host/"),
                    Optional.of(file));
            assertThat(settings.mistakes()).isNotEmpty();
            assertThat(settings.mistakes()).noneMatch(line -> line.contains("hunter"));
            Files.delete(file);
        }
    }

    @Test
    void settingsMeanSomethingToQuarkus() {
        Map<String, String> text = quarkus("AWS_REGION=eu-central-1");
        assertThat(text)
                .containsEntry("quarkus.http.port", "8080")
                .containsEntry("quarkus.http.host", "0.0.0.0")
                .containsEntry("quarkus.log.level", "INFO")
                .containsEntry("quarkus.log.console.json.enabled", "false")
                .containsEntry("quarkus.redis.hosts", "redis://localhost:6379")
                .containsEntry("quarkus.s3.aws.region", "eu-central-1")
                .containsEntry("quarkus.shutdown.timeout", "PT32S")
                .doesNotContainKey("quarkus.s3.endpoint-override")
                .doesNotContainKey("quarkus.redis.tls-configuration-name");
        assertThat(quarkus()).doesNotContainKey("quarkus.s3.aws.region");
        assertThat(quarkus("S3_ENDPOINT=http://minio:9000"))
                .containsEntry(
                        "quarkus.s3.endpoint-override",
                        URI.create("http://minio:9000").toString())
                .containsEntry("quarkus.s3.path-style-access", "true")
                .containsEntry("quarkus.s3.checksum-validation", "false")
                .containsEntry("quarkus.s3.aws.region", "us-east-1");
        assertThat(quarkus("STORAGE_URL=gs://bkt", "GCS_ENDPOINT=http://gcs"))
                .containsEntry("quarkus.s3.aws.region", "us-east-1")
                .doesNotContainKey("quarkus.s3.endpoint-override");
        assertThat(quarkus("REDIS_CONNECTION=rediss://redis", "REDIS_CA_FILE=src/test/resources/redis-ca.pem"))
                .containsEntry("quarkus.redis.tls-configuration-name", "redis")
                .containsEntry("quarkus.tls.redis.trust-store.pem.certs", "src/test/resources/redis-ca.pem")
                .containsEntry("quarkus.tls.redis.hostname-verification-algorithm", "HTTPS");
        assertThat(quarkus("REDIS_CONNECTION=unix:///redis.sock"))
                .containsEntry("quarkus.redis.hosts", "unix:///redis.sock")
                .containsEntry("quarkus.vertx.prefer-native-transport", "true");
        assertThat(quarkus("RUST_LOG=debug", "LOG_FORMAT=json"))
                .containsEntry("quarkus.log.level", "INFO")
                .containsEntry("quarkus.log.category.\"io.redisvault\".level", "DEBUG")
                .containsEntry("quarkus.log.console.json.enabled", "true");
        assertThat(quarkus("RUST_LOG=error")).containsEntry("quarkus.log.level", "ERROR");
    }

    private static Map<String, String> quarkus(String... assignments) {
        return QuarkusSources.derived(good(Reading.environment(assignments)));
    }

    private static VaultConfig good(Settings settings) {
        assertThat(settings.mistakes()).isEmpty();
        return settings.typed();
    }

    @Test
    void namesWhereItsValuesAreFrom(@TempDir Path directory) {
        Settings settings =
                Reading.yaml(directory, "retention: {keep_last: 3}", "STORAGE_URL=s3://abc", "S3_REGION=eu-west-1");
        assertThat(settings.sources()).containsExactly(directory + "/config.yaml", "S3_REGION", "STORAGE_URL");
        assertThat(Reading.environment().sources()).isEmpty();
    }

    @Test
    void aDirectoryIsTheWholePlaceInAStorageUrlAndHasThePrefixBelowOtherwise() {
        VaultConfig.Storage url =
                Reading.environment("STORAGE_URL=file:///b").typed().storage();
        assertThat(url.path().map(Path::toString)).contains("/b");
        assertThat(url.prefix()).isEmpty();
        VaultConfig.Storage path = Reading.environment("STORAGE_TYPE=filesystem", "FILESYSTEM_PATH=/b")
                .typed()
                .storage();
        assertThat(path.path().map(Path::toString)).contains("/b");
        assertThat(path.prefix()).contains("redis-vault");
    }

    @Test
    void aServerOfTheCommandLineIsToldNothingThatBelongsToAnother() {
        String[] configured = {
            "STORAGE_URL=file:///backups",
            "REDIS_CONNECTION=rediss://vault@a:6379",
            "REDIS_PASSWORD=secret",
            "REDIS_CA_FILE=src/test/resources/redis-ca.pem"
        };
        VaultConfig.Redis same =
                Reading.into("rediss://a/0", configured).typed().redis();
        assertThat(same.connectionString().user()).contains("vault");
        assertThat(same.password()).contains("secret");

        VaultConfig.Redis other =
                Reading.into("rediss://b:6380", configured).typed().redis();
        assertThat(other.connectionString()).hasToString("rediss://b:6380/0");
        assertThat(other.connectionString().user()).isEmpty();
        assertThat(other.password()).isEmpty();
        assertThat(other.caFile()).isPresent();

        Settings login = Reading.into("redis://own:login@a", configured);
        assertThat(login.mistakes()).isEmpty();
        assertThat(login.typed().redis().connectionString().password()).contains("login");
        assertThat(login.typed().redis().password()).isEmpty();
        assertThat(login.typed().redis().caFile()).isEmpty();

        assertThat(Reading.into("b:6379", configured).mistakes())
                .singleElement()
                .asString()
                .startsWith("--into is not a Redis address; write redis://");
    }
}
