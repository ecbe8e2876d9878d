package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.CompletedRun;
import io.redisvault.backup.RetentionResult;
import io.redisvault.backup.Trigger;
import io.redisvault.redis.Role;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupMetricsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T15:00:00Z");
    private static final Instant SAVED = NOW.minusSeconds(90);
    private static final Backup BACKUP = new Backup("n", "k", "u", "node", SAVED, 1, null);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger asked = new AtomicInteger();
    private Uni<Optional<Backup>> stored = Uni.createFrom().item(Optional.empty());
    private final NewestBackup newest = new NewestBackup(Uni.createFrom().deferred(() -> {
        asked.incrementAndGet();
        return stored;
    }));
    private final BackupMetrics metrics =
            new BackupMetrics(registry, null, null, null, newest, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void register() {
        metrics.registerGauges(null, null);
    }

    @Test
    void theDumpOfARoleThatIsNotBackedUpHasNoAge() {
        assertThat(dumpAge()).isNaN();
        end(Role.MASTER, new Stored(BACKUP, RetentionResult.NONE));
        assertThat(dumpAge()).isEqualTo(90);
        end(Role.REPLICA, skipped(Reason.LOADING));
        assertThat(dumpAge()).isEqualTo(90);
        end(Role.REPLICA, skipped(Reason.ROLE));
        assertThat(dumpAge()).isNaN();
    }

    @Test
    void afterAStartTheLastBackupIsTheNewestInTheStorageWhichIsAskedUntilItAnswers() {
        stored = Uni.createFrom().failure(new IllegalStateException("away"));
        assertThat(lastBackup()).isZero();
        stored = Uni.createFrom().item(Optional.of(BACKUP));
        assertThat(lastBackup()).isEqualTo(SAVED.getEpochSecond());
        assertThat(lastBackup()).isEqualTo(SAVED.getEpochSecond());
        assertThat(asked).hasValue(2);

        end(Role.MASTER, new Stored(BACKUP, RetentionResult.NONE));
        assertThat(lastBackup()).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void aStorageWithoutBackupsIsAskedOnce() {
        assertThat(lastBackup()).isZero();
        assertThat(lastBackup()).isZero();
        assertThat(asked).hasValue(1);
    }

    private double lastBackup() {
        return registry.get("redis_vault.last.backup.timestamp").timeGauge().value(TimeUnit.SECONDS);
    }

    private void end(Role role, BackupOutcome outcome) {
        metrics.count(new CompletedRun(Trigger.REQUEST, NOW, Duration.ZERO, role, outcome));
    }

    private static Skipped skipped(Reason reason) {
        return new Skipped(reason, "", null, RetentionResult.NONE);
    }

    private double dumpAge() {
        return registry.get("redis_vault.dump.age").timeGauge().value();
    }
}
