package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fault around the service is told in the group, and never in a probe. */
class HealthIT {

    private static final String GROUP = "/q/health/group/backup";

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @BeforeAll
    static void start() {
        surroundings.redis().save();
    }

    @Test
    void aMissingBucket() {
        try (VaultProcess vault =
                surroundings.vault().and("S3_BUCKET", "no-such-bucket").serve()) {
            assertThat(vault.post("/backup").statusCode()).isEqualTo(502);
            assertDown(vault, "storage", "there is no bucket 'no-such-bucket'");
            assertDown(vault, "last run", "there is no bucket 'no-such-bucket'");
            Awaitility.await().untilAsserted(() -> assertThat(vault.output())
                    .contains("the storage cannot be used: S3 answered 404 NoSuchBucket"));
        }
    }

    @Test
    void wrongCredentials() {
        try (VaultProcess vault =
                surroundings.vault().and("AWS_SECRET_ACCESS_KEY", "wr0ng").serve()) {
            assertDown(vault, "storage", "the credentials are wrong or expired");
            assertThat(vault.output()).doesNotContain("wr0ng");
        }
    }

    @Test
    void aStorageThatCannotBeReached() {
        try (VaultProcess vault = surroundings
                .vault()
                .and("S3_ENDPOINT", "http://localhost:1")
                .and("STORAGE_TIMEOUT", "3s")
                .serve()) {
            assertDown(vault, "storage", "S3 did not answer");
            assertDown(vault, "newest backup", "S3 did not answer");
            assertThat(vault.get("/q/metrics").body()).contains("redis_vault_last_backup_timestamp_seconds 0.0");
        }
    }

    @Test
    void aStorageThatHangsIsAskedOnceHoweverManyAsk() {
        try (FaultyProxy proxy = FaultyProxy.to(surroundings.s3().endpoint());
                VaultProcess vault = surroundings
                        .vault()
                        .and("S3_ENDPOINT", proxy.endpoint().toString())
                        .and("STORAGE_TIMEOUT", "1m")
                        .serve()) {
            assertThat(vault.get(GROUP).statusCode()).isEqualTo(200);
            proxy.hang();
            proxy.cutOpenConnections(Cut.RST);
            long before = proxy.accepted();
            Runnable asker = () -> Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertDown(vault, "storage", "no answer within 10 s"));
            Stream.generate(() -> CompletableFuture.runAsync(asker, task -> new Thread(task).start()))
                    .limit(5)
                    .toList()
                    .forEach(CompletableFuture::join);
            // Two checks ask, each for all five, and an outage is asked again.
            assertThat(proxy.accepted()).isBetween(before + 1, before + 5);

            proxy.pass();
            Awaitility.await().untilAsserted(() -> assertThat(vault.get(GROUP).statusCode())
                    .isEqualTo(200));
        }
    }

    @Test
    void aRedisThatMattersAndCannotBeReached() {
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_CONNECTION", "redis://localhost:1")
                .and("BACKUP_MASTER", "false")
                .serve()) {
            assertDown(vault, "redis", "redis://localhost:1/0");
            assertThat(vault.post("/backup").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aDataDirectoryThatIsNotThere(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("missing");
        try (VaultProcess vault =
                surroundings.vault().and("REDIS_DATA_PATH", missing.toString()).serve()) {
            assertDown(vault, "dump", missing + " is not a readable directory");
            assertThat(vault.post("/backup").statusCode()).isEqualTo(500);
            Files.createDirectory(missing);
            assertThat(vault.post("/backup").body()).contains("no-dump");
            assertThat(vault.get(GROUP).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aNewestBackupThatIsTooOldOrOfTheFuture() throws IOException {
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_NODE_NAME", "aged")
                .and("MAX_BACKUP_AGE", "5s")
                .serve()) {
            assertDown(vault, "newest backup", "there is no backup of this node");
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            assertThat(surroundings.s3().keys()).anyMatch(key -> key.contains("/aged_"));
            Awaitility.await()
                    .untilAsserted(() -> assertDown(vault, "newest backup", "older than MAX_BACKUP_AGE, which is 5 s"));

            assertThat(vault.post("/backup").body()).contains("unchanged");
            assertThat(vault.get(GROUP).body()).doesNotContain("older than MAX_BACKUP_AGE");

            SyntheticDump.write(surroundings.s3().file("redis-vault/aged_2999-01-02T03:04:05Z.rdb"), 1000, 1);
            Awaitility.await().untilAsserted(() -> assertDown(vault, "newest backup", "its time lies ahead"));
        }
    }

    @Test
    void theNewestBackupIsKnownRightAfterAStart() throws IOException {
        Path backup = surroundings.s3().file("redis-vault/started_2026-01-02T03:04:05Z.rdb");
        Files.createDirectories(backup.getParent());
        SyntheticDump.write(backup, 1000, 1);
        try (VaultProcess vault =
                surroundings.vault().and("REDIS_NODE_NAME", "started").serve()) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(vault.get("/q/metrics").body())
                            .contains(
                                    "redis_vault_last_backup_timestamp_seconds 1.767323045E9",
                                    "redis_vault_stored_backups 1.0",
                                    "redis_vault_newest_backup_timestamp_seconds 1.767323045E9",
                                    "redis_vault_oldest_backup_timestamp_seconds 1.767323045E9"));
            assertThat(vault.get(GROUP).body()).contains("started_2026-01-02T03:04:05Z.rdb", "ageSeconds");
        }
    }

    private static void assertDown(VaultProcess vault, String check, String reason) {
        HttpResponse<String> group = vault.get(GROUP);
        assertThat(group.statusCode()).isEqualTo(503);
        assertThat(JsonPath.from(group.body()).getString("checks.find { it.name == '" + check + "' }.data.reason"))
                .contains(reason);
        for (String probe : new String[] {"live", "ready", "started"}) {
            assertThat(vault.get("/q/health/" + probe).statusCode()).isEqualTo(200);
        }
    }
}
