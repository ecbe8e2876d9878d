package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.LoggedLines;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.redis.ServerInfo.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupLogTest {

    /** As in a bucket in which nothing may be deleted. */
    @Test
    void thousandsOfFailuresAreAFewLines() {
        RetentionResult none = new RetentionResult(List.of(), List.of(), Collections.nCopies(5000, "a: denied"));
        Skipped skipped = new Skipped(Reason.UNCHANGED, "", null, none);
        try (LoggedLines said = new LoggedLines("io.redisvault.backup")) {
            new BackupLog(null)
                    .ended(new CompletedRun(Trigger.SCHEDULE, Instant.EPOCH, Duration.ZERO, Role.MASTER, skipped));
            assertThat(said.texts()).hasSize(12);
            assertThat(said.texts()).contains("retention: a: denied; the next run tries again");
            assertThat(said.texts()).last().isEqualTo("retention: 4990 more failures like these");
        }
    }
}
