package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ScheduleIT {

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @BeforeAll
    static void start() {
        surroundings.redis().save();
    }

    @Test
    void runsStartOnTheMultiplesOfTheInterval() {
        try (VaultProcess vault = surroundings
                .vault()
                .and("BACKUP_INTERVAL", "5s")
                .and("INITIAL_DELAY", "0s")
                .serve()) {
            JsonPath last = awaitScheduledRun(vault);
            Instant started = Instant.parse(last.getString("last.startedAt"));
            assertThat(started.getEpochSecond() % 5).isLessThan(2);
            assertThat(last.getString("last.result.outcome")).isEqualTo("stored");
            assertThat(Instant.parse(last.getString("nextRun")).getEpochSecond() % 5)
                    .isZero();
            assertThat(surroundings.s3().keys()).hasSize(1);
        }
    }

    @Test
    void theInitialDelayIsWaitedFor() {
        Instant start = Instant.now();
        try (VaultProcess vault = surroundings
                .vault()
                .and("BACKUP_INTERVAL", "1s")
                .and("INITIAL_DELAY", "6s")
                .serve()) {
            JsonPath last = awaitScheduledRun(vault);
            assertThat(Instant.parse(last.getString("last.startedAt"))).isAfterOrEqualTo(start.plusSeconds(6));
        }
    }

    @Test
    void cronSaysWhenTheNextRunIs() {
        try (VaultProcess vault = surroundings
                .vault()
                .and("BACKUP_CRON", "30 4 * * *")
                .and("INITIAL_DELAY", "0s")
                .serve()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> json(vault).getString("nextRun") != null);
            assertThat(json(vault).getString("nextRun")).endsWith("T04:30:00Z");
        }
    }

    private static JsonPath awaitScheduledRun(VaultProcess vault) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> "schedule"
                .equals(json(vault).getString("last.trigger")));
        return json(vault);
    }

    private static JsonPath json(VaultProcess vault) {
        return JsonPath.from(vault.get("/backup").body());
    }
}
