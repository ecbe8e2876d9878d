package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the setup, by the command and at each start. */
class CheckIT {

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path data;

    @BeforeAll
    static void start() {
        surroundings.redis().save();
    }

    @Test
    void whatIsRightIsALineEach() {
        Exit check = surroundings.vault().and("BACKUP_SCHEDULE", "@daily").run("check");
        assertThat(check.code()).as(check.err()).isZero();
        assertThat(check.err()).isEmpty();
        assertThat(check.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("ok       settings  settings of REDIS_CONNECTION, REDIS_DATA_PATH,"
                                        + " S3_BUCKET, S3_ENDPOINT"),
                        line -> assertThat(line)
                                .startsWith("warning  settings  BACKUP_SCHEDULE is not a variable")
                                .endsWith("set BACKUP_INTERVAL or BACKUP_CRON"),
                        line -> assertThat(line)
                                .startsWith("ok       http      HTTP at http://0.0.0.0:8080, the API for callers on"),
                        line -> assertThat(line)
                                .matches("ok       schedule  the next run begins in [0-9hms ]+, at \\S+:00:00Z;"
                                        + " then every 1h 0m"),
                        line -> assertThat(line)
                                .matches("ok       redis     redis://\\S+/0 is redis [0-9.]+, role master,"
                                        + " last save [0-9ms ]+ ago"),
                        line -> assertThat(line)
                                .matches("warning  redis     .* never saves a dump by itself .*set 'save 3600 1'.*"),
                        line -> assertThat(line)
                                .matches("ok       dump      \\S+/dump.rdb can be read by user \\d+: .* B, written"
                                        + " [0-9ms ]+ ago, RDB version \\d+"),
                        line -> assertThat(line)
                                .isEqualTo("ok       storage   the storage can be reached, listed, written to and"
                                        + " deleted from: s3://redis-vault/redis-vault/redis-node_*"));
        assertThat(surroundings.s3().keys()).isEmpty();
    }

    @Test
    void whatIsWrongFailsTheCommandAndNamesTheRemedy() throws Exception {
        Files.createFile(data.resolve("dump-6379.rdb"));
        Files.createFile(data.resolve("temp-1.rdb"));
        Exit check = surroundings
                .vault()
                .and("REDIS_DATA_PATH", data.toString())
                .and("REDIS_CONNECTION", "redis://localhost:1")
                .and("BACKUP_REPLICA", "false")
                .and("S3_BUCKET", "no-such-bucket")
                .run("check", "--json");
        assertThat(check.code()).as(check.err()).isEqualTo(1);
        JsonPath found = JsonPath.from(check.out());
        assertThat(found.getList("result")).containsExactly("ok", "ok", "ok", "wrong", "warning", "wrong");
        assertThat(found.getString("[3].text"))
                .startsWith("redis://localhost:1/0: Connection refused")
                .endsWith("; is it running, is REDIS_CONNECTION right?");
        assertThat(found.getString("[4].text"))
                .isEqualTo(data + "/dump.rdb does not exist; there is dump-6379.rdb: correct DUMP_FILENAME");
        assertThat(found.getString("[5].text")).contains("there is no bucket 'no-such-bucket'; create it");
    }

    @Test
    void theServiceSaysTheSameWhenItStarts() {
        Path missing = data.resolve("missing");
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_CONNECTION", "redis://localhost:1")
                .and("REDIS_DATA_PATH", missing.toString())
                .serve()) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(vault.output())
                    .contains("HTTP at http://0.0.0.0:" + vault.url().getPort() + ", ")
                    .contains("the next run begins in ")
                    .contains("the storage can be reached, listed, written to and deleted from: s3://")
                    .containsPattern("ERROR.* " + missing + ": there is no such directory; correct REDIS_DATA_PATH")
                    .containsPattern("WARN .* redis://localhost:1/0: Connection refused.*; runs go on without it"));
            vault.terminate();
            assertThat(vault.waitFor().code()).isEqualTo(143);
            assertThat(vault.output().stripTrailing()).endsWith("stopping");
        }
    }
}
