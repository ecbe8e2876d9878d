package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.redis.ServerInfo.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** The health check of the newest backup. */
class NewestBackupTest {

    private static final Instant NOW = Instant.parse("2026-11-23T15:00:00Z");
    private static final NodeBackups NONE = NodeBackups.none("node");
    private static final Optional<Duration> NO_LIMIT = Optional.empty();
    private static final Optional<Duration> HOUR = Optional.of(Duration.ofHours(1));

    @Test
    void itsAgeIsToldWithoutALimit() {
        HealthCheckResponse old = check(ago(Duration.ofDays(9)), Optional.empty(), NO_LIMIT);
        assertThat(old.getStatus()).isEqualTo(Status.UP);
        assertThat(old.getData().orElseThrow())
                .containsEntry("name", "n")
                .containsEntry("ageSeconds", Duration.ofDays(9).toSeconds())
                .doesNotContainKey("reason");
    }

    @Test
    void withoutALimitNothingAboutItIsDown() {
        HealthCheckResponse none = check(NONE, Optional.empty(), NO_LIMIT);
        assertThat(none.getStatus()).isEqualTo(Status.UP);
        assertThat(reason(none)).isEqualTo("there is no backup of this node");

        HealthCheckResponse ahead = check(ago(Duration.ofHours(-1)), Optional.empty(), NO_LIMIT);
        assertThat(ahead.getStatus()).isEqualTo(Status.UP);
        assertThat(reason(ahead)).asString().contains("lies ahead");
    }

    @Test
    void withALimitItIsDownWhenItIsMissingOldOrAhead() {
        assertThat(reason(down(NONE))).isEqualTo("there is no backup of this node");
        assertThat(reason(down(ago(Duration.ofHours(2))))).isEqualTo("older than MAX_BACKUP_AGE, which is 3600 s");
        assertThat(reason(down(ago(Duration.ofHours(-1))))).asString().contains("lies ahead");
        assertThat(check(ago(Duration.ofMinutes(59)), Optional.empty(), HOUR).getStatus())
                .isEqualTo(Status.UP);
    }

    @Test
    void anUnchangedDumpAndARoleThatIsNotBackedUpExcuseItsAge() {
        for (Reason excuse : new Reason[] {Reason.UNCHANGED, Reason.ROLE}) {
            assertThat(check(ago(Duration.ofHours(2)), skipped(excuse, Duration.ofMinutes(59)), HOUR)
                            .getStatus())
                    .isEqualTo(Status.UP);
            assertThat(check(ago(Duration.ofHours(2)), skipped(excuse, Duration.ofMinutes(61)), HOUR)
                            .getStatus())
                    .isEqualTo(Status.DOWN);
        }
        assertThat(check(NONE, skipped(Reason.ROLE, Duration.ZERO), HOUR)
                        .getData()
                        .orElseThrow())
                .containsEntry("skipped", "role");
    }

    private static HealthCheckResponse down(NodeBackups stored) {
        HealthCheckResponse response = check(stored, Optional.empty(), HOUR);
        assertThat(response.getStatus()).isEqualTo(Status.DOWN);
        return response;
    }

    private static HealthCheckResponse check(
            NodeBackups stored, Optional<CompletedRun> last, Optional<Duration> limit) {
        return HealthChecks.newestBackup(stored, last, NOW, limit);
    }

    private static NodeBackups ago(Duration age) {
        return new NodeBackups("node", 1, 1, "n", NOW.minus(age), NOW.minus(age));
    }

    private static Optional<CompletedRun> skipped(Reason reason, Duration ago) {
        return Optional.of(new CompletedRun(
                Trigger.REQUEST,
                NOW.minus(ago),
                Duration.ZERO,
                Role.MASTER,
                new Skipped(reason, "", null, RetentionResult.NONE)));
    }

    private static Object reason(HealthCheckResponse response) {
        return response.getData().orElseThrow().get("reason");
    }
}
