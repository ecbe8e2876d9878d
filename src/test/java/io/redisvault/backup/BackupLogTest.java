package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.redis.ServerInfo.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class BackupLogTest {

    /** As in a bucket in which nothing may be deleted. */
    @Test
    void thousandsOfFailuresAreAFewLines() {
        RetentionResult none = new RetentionResult(List.of(), List.of(), Collections.nCopies(5000, "a: denied"));
        Skipped skipped = new Skipped(Reason.UNCHANGED, "", null, none);
        List<String> said = new ArrayList<>();
        Logger log = Logger.getLogger("io.redisvault.backup");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            new BackupLog(null)
                    .ended(new CompletedRun(Trigger.SCHEDULE, Instant.EPOCH, Duration.ZERO, Role.MASTER, skipped));
        } finally {
            log.removeHandler(handler);
        }
        assertThat(said).hasSize(12);
        assertThat(said).contains("retention: a: denied; the next run tries again");
        assertThat(said).last().isEqualTo("retention: 4990 more failures like these");
    }
}
