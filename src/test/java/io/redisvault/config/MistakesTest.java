package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.config.Setting.Value;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong settings and the exact line each of them gets. */
class MistakesTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvFileSource(resources = "/config/wrong-variables.txt", delimiter = '|')
    void aWrongVariableIsOneClearLine(String variables, String line) {
        assertThat(Reading.environment(variables.split(";")).mistakes()).containsExactly(line);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/config/wrong-files.txt", delimiter = '|')
    void aWrongFileIsOneClearLine(String yaml, String line) {
        assertThat(Reading.yaml(directory, yaml.replace("\\n", "\n")).mistakes())
                .map(mistake -> mistake.replace(directory + "/", "").replace("config.yaml: ", ""))
                .containsExactly(line.replace("config.yaml: ", ""));
    }

    @Test
    void aFileThatCannotBeReadIsAMistakeOnlyIfItWasNamed() throws Exception {
        Path missing = directory.resolve("missing.yaml");
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0});

        assertThat(mistakesOf(missing)).containsExactly(missing + ": no such file");
        assertThat(mistakesOf(directory)).containsExactly(directory + ": is a directory, not a file");
        assertThat(mistakesOf(binary)).containsExactly(binary + ": is not UTF-8 text");
        assertThat(Reading.yaml(directory, "redis:\n  node_name: \u0001").mistakes())
                .containsExactly(directory.resolve("config.yaml") + ": has characters that are not allowed in YAML");
        assertThat(Reading.environment().mistakes()).isEmpty();
    }

    /** None may end with a stack overflow or without memory. */
    @Test
    void aTextOfAnyLengthIsOneClearLine() throws Exception {
        for (String variable : List.of(
                "BACKUP_INTERVAL=" + "1s".repeat(30_000) + "?",
                "S3_PREFIX=" + "a/".repeat(30_000) + "/",
                "REDIS_CONNECTION=redis://h?" + "db=1&".repeat(20_000),
                "RETENTION_KEEP_LAST=" + "9".repeat(60_000))) {
            assertThat(Reading.environment(variable).mistakes())
                    .as(variable.substring(0, 9))
                    .singleElement()
                    .asString()
                    .hasSizeLessThan(400);
        }
        Path large = directory.resolve("large.pem");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(1L << 33);
        }
        assertThat(mistakesOf(large)).containsExactly(large + ": has more than 256 KiB, too many for settings");
        assertThat(Reading.environment("STORAGE_URL=gs://abc", "GCS_CA_FILE=" + large)
                        .mistakes())
                .containsExactly("GCS_CA_FILE: '" + large + "' has more than 1 MiB, too many for keys or certificates");
        assertThat(mistakesOf(Path.of(""))).containsExactly("--config is empty; name a file or leave it out");
        assertThat(Reading.yaml(directory, "redis: " + "{a: ".repeat(60) + "}".repeat(60))
                        .mistakes())
                .containsExactly(directory.resolve("config.yaml") + ": is nested too deep; write group: {key: value}");
    }

    private static List<String> mistakesOf(Path file) {
        return Reading.of(Map.of(), Optional.of(file)).mistakes();
    }

    @Test
    void allMistakesAreShownAtOnce() {
        Settings settings = Reading.yaml(
                directory,
                "redis:\n  backup_master: false\n  nodename: a\nretention:\n  keep_last: many\n",
                "BACKUP_REPLICA=false",
                "BACKUP_INTERVAL=often",
                "S3_BUCKET=",
                "REDIS_TIMOUT=1s");

        assertThat(settings.mistakes())
                .map(line -> line.replace(directory + "/", ""))
                .containsExactly(
                        "config.yaml: redis.nodename: unknown key; did you mean redis.node_name?",
                        "config.yaml: retention.keep_last: 'many' is not a whole number from 0 to 1000000",
                        "REDIS_TIMOUT is not a variable of redis-vault; did you mean REDIS_TIMEOUT?",
                        "BACKUP_INTERVAL: 'often' is not a duration; write 30s, 5m, 1h, 1d or 1h 30m",
                        "S3_BUCKET is empty; give it a value or leave it out",
                        "config.yaml: redis.backup_master and BACKUP_REPLICA are both false, so nothing would ever be"
                                + " backed up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REDIS", "REDIS_DATA", "REDIS_TIMEOUT", "REDIS_CA_FILE", "S3", "GCS", "STORAGE", "BACKUP"})
    void theVariablesOfKubernetesServicesAreNobodysMistake(String name) {
        Settings settings = Reading.environment(
                name + "_SERVICE_HOST=10.0.0.1",
                name + "_SERVICE_PORT=6379",
                name + "_SERVICE_PORT_REDIS=6379",
                name + "_PORT=tcp://10.0.0.1:6379",
                name + "_PORT_6379_TCP=tcp://10.0.0.1:6379",
                name + "_PORT_6379_TCP_PROTO=tcp",
                name + "_PORT_6379_TCP_PORT=6379",
                name + "_PORT_6379_TCP_ADDR=10.0.0.1",
                "METRICS_PORT=tcp://10.0.0.1:9090",
                "HTTP_PORT=tcp://[fd00::1]:80");
        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.typed().http().port()).isEqualTo(8080);
    }

    @Test
    void noMistakeSpansTwoLines() {
        assertThat(Stream.of("\n", "\u2028", "\u202e", "\u0085", "\ud800").map(Value::quoted))
                .containsExactly("'\\u000a'", "'\\u2028'", "'\\u202e'", "'\\u0085'", "'\\ud800'");
        assertThat(Reading.environment("REDIS_NODE_NAME=" + "n".repeat(201)).mistakes())
                .containsExactly("REDIS_NODE_NAME: '" + "n".repeat(120) + "…' is longer than 200 bytes");
        assertThat(Reading.environment("BACKUP_MASTER=true\n").mistakes())
                .containsExactly("BACKUP_MASTER: 'true\\u000a' is not true or false");
    }

    @Test
    void aKeyHasRoomForATime() {
        assertThat(Reading.environment("S3_PREFIX=" + "p".repeat(1000)).mistakes())
                .containsExactly("S3_PREFIX: '" + "p".repeat(120)
                        + "…' makes keys of 1046 bytes, more than the 1024 there may be");
        assertThat(Reading.environment("STORAGE_URL=file:///b", "FILESYSTEM_PREFIX=")
                        .mistakes())
                .isEmpty();
        assertThat(Reading.environment(
                                "STORAGE_TYPE=filesystem", "FILESYSTEM_PATH=/b", "FILESYSTEM_PREFIX=" + "p".repeat(256))
                        .mistakes())
                .containsExactly("FILESYSTEM_PREFIX: '" + "p".repeat(120) + "…' has a segment of more than 255 bytes");
    }

    @Test
    void aNativeExecutableHasNoUnixSockets() {
        String property = "org.graalvm.nativeimage.imagecode";
        System.setProperty(property, "runtime");
        try {
            assertThat(Reading.environment("REDIS_CONNECTION=unix:///run/redis.sock")
                            .mistakes())
                    .containsExactly("REDIS_CONNECTION is a Unix socket, which only the JVM image"
                            + " can use; give the native one redis://host:port");
            assertThat(Reading.environment("REDIS_CONNECTION=redis://redis").mistakes())
                    .isEmpty();
        } finally {
            System.clearProperty(property);
        }
        assertThat(Reading.environment("REDIS_CONNECTION=unix:///run/redis.sock")
                        .mistakes())
                .isEmpty();
    }
}
