package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Services that verify every minute, as often as cron can: one's storage is slow, one's role is not backed up. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScheduledVerificationIT {

    private static final String EVERY_MINUTE = "* * * * *";
    private static final long KIB = 1 << 10;

    private static Surroundings surroundings;
    private static FaultyProxy proxy;
    private static VaultProcess vault;
    private static VaultProcess slow;
    private static VaultProcess restricted;

    @BeforeAll
    static void start() throws IOException {
        surroundings = Surroundings.start();
        surroundings.redis().save();
        Path backup = surroundings.s3().file("redis-vault/slow_" + Instant.parse("2026-01-02T03:04:05Z") + ".rdb");
        Files.createDirectories(backup.getParent());
        SyntheticDump.write(backup, 16 << 20, 1);
        proxy = FaultyProxy.to(surroundings.s3().endpoint());
        proxy.throttle(64 * KIB);
        vault = surroundings.vault().and("DRILL_CRON", EVERY_MINUTE).serve();
        restricted = surroundings
                .vault()
                .and("DRILL_CRON", EVERY_MINUTE)
                .and("REDIS_NODE_NAME", "restricted")
                .and("BACKUP_MASTER", "false")
                .serve();
        restricted.post("/backup");
        slow = surroundings
                .vault()
                .and("DRILL_CRON", EVERY_MINUTE)
                .and("REDIS_NODE_NAME", "slow")
                .and("S3_ENDPOINT", proxy.endpoint().toString())
                .serve();
    }

    @AfterAll
    static void stop() {
        slow.close();
        restricted.close();
        vault.close();
        proxy.close();
        surroundings.close();
    }

    @Test
    @Order(1)
    void aFailedVerificationIsReportedUntilOnePasses() {
        // Its first verification takes minutes.
        assertThat(check(slow, "status")).isEqualTo("UP");
        assertThat(metrics(slow)).contains("redis_vault_drills_total{outcome=\"failed\"} 0.0");

        await().until(() -> check(vault, "status").equals("DOWN"));
        assertThat(check(vault, "data.reason")).isEqualTo("there is no backup of node 'redis-node'");
        assertThat(vault.output()).contains("verification failed: there is no backup of node 'redis-node'");
        assertThat(metrics(vault))
                .contains("redis_vault_drills_total{outcome=\"failed\"} 1.0")
                .contains("redis_vault_drill_last_success_timestamp_seconds 0.0")
                .containsPattern("redis_vault_drill_last_failure_timestamp_seconds 1\\.\\d+E9");
        assertThat(vault.get("/q/health/ready").statusCode()).isEqualTo(200);

        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
        await().until(() -> check(vault, "status").equals("UP"));
        assertThat(check(vault, "data.backup")).startsWith("redis-node_");
        assertThat(vault.output())
                .containsPattern(
                        "verification passed: s3://redis-vault/redis-vault/redis-node_\\S+ bytes=\\d+ duration_ms=");
        assertThat(metrics(vault))
                .contains("redis_vault_drills_total{outcome=\"passed\"} 1.0")
                .containsPattern("redis_vault_drill_last_success_timestamp_seconds 1\\.\\d+E9");
    }

    @Test
    @Order(2)
    void aNodeThatHasNoBackupForItsRoleIsSpared() {
        await().until(
                        () -> restricted
                                .output()
                                .contains(
                                        "verification skipped: there is no backup of node 'restricted', and its role is not backed up"));
        assertThat(check(restricted, "status")).isEqualTo("UP");
        assertThat(metrics(restricted)).contains("redis_vault_drills_total{outcome=\"failed\"} 0.0");
    }

    @Test
    @Order(3)
    void aStopDoesNotWaitForAVerification() {
        await().until(() -> proxy.passed(Direction.TO_CLIENT) > 256 * KIB);
        slow.terminate();
        slow.waitFor();
        assertThat(slow.output()).doesNotContain("verification passed", "verification failed");
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(500));
    }

    private static String check(VaultProcess service, String field) {
        return JsonPath.from(service.get("/q/health/group/backup").body())
                .getString("checks.find { it.name == 'drill' }." + field);
    }

    private static String metrics(VaultProcess service) {
        return service.get("/q/metrics").body();
    }
}
