package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.redisvault.VaultVersion;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.redis.ServerInfo.Role;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupMetricsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T15:00:00Z");
    private static final Instant SAVED = NOW.minusSeconds(90);
    private static final Backup BACKUP = new Backup("n", "k", "u", "node", SAVED, 1, 1L, null, null, null);

    private static final NodeBackups STORED = new NodeBackups("node", 3, 300, "n", SAVED, SAVED.minusSeconds(600));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private Uni<NodeBackups> answer = Uni.createFrom().item(NodeBackups.none("node"));
    private final StoredBackups stored = new StoredBackups(
            () -> {
                asked.incrementAndGet();
                return answer;
            },
            Duration.ZERO,
            nanos::get);
    private final BackupMetrics metrics = new BackupMetrics(registry, stored, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void register() {
        metrics.ofRuns(null, null, null, null, null);
        metrics.ofTheStorage(null);
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
        answer = Uni.createFrom().failure(new IllegalStateException("away"));
        assertThat(lastBackup()).isZero();
        assertThat(gauge("stored.backups")).isNaN();
        assertThat(asked).hasValue(1);
        answer = Uni.createFrom().item(STORED);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(lastBackup()).isEqualTo(SAVED.getEpochSecond());
        assertThat(lastBackup()).isEqualTo(SAVED.getEpochSecond());
        assertThat(asked).hasValue(2);

        end(Role.MASTER, new Stored(BACKUP, RetentionResult.NONE));
        assertThat(lastBackup()).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void aStorageWithoutBackupsIsAskedOnce() {
        assertThat(lastBackup()).isZero();
        assertThat(gauge("stored.backups")).isZero();
        assertThat(gauge("newest.backup.timestamp.seconds")).isZero();
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatIsStoredIsAskedAgainAfterEachRun() {
        answer = Uni.createFrom().item(STORED);
        assertThat(gauge("stored.backups")).isEqualTo(3);
        assertThat(gauge("stored.bytes")).isEqualTo(300);
        assertThat(gauge("newest.backup.timestamp.seconds")).isEqualTo(SAVED.getEpochSecond());
        assertThat(gauge("oldest.backup.timestamp.seconds")).isEqualTo(SAVED.getEpochSecond() - 600);
        assertThat(asked).hasValue(1);

        stored.count(null);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        answer = Uni.createFrom().failure(new IllegalStateException("away"));
        assertThat(gauge("stored.backups")).isEqualTo(3);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        answer = Uni.createFrom().item(new NodeBackups("node", 4, 400, "n", NOW, SAVED));
        assertThat(gauge("stored.backups")).isEqualTo(4);
        assertThat(asked).hasValue(3);
    }

    @Test
    void theVersionIsALabel() {
        assertThat(registry.get("redis_vault.info")
                        .tag("version", VaultVersion.CURRENT)
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    private double gauge(String name) {
        return registry.get("redis_vault." + name).gauge().value();
    }

    private double lastBackup() {
        return gauge("last.backup.timestamp.seconds");
    }

    private void end(Role role, BackupOutcome outcome) {
        metrics.count(new CompletedRun(Trigger.REQUEST, NOW, Duration.ZERO, role, outcome));
    }

    private static Skipped skipped(Reason reason) {
        return new Skipped(reason, "", null, RetentionResult.NONE);
    }

    private double dumpAge() {
        return gauge("dump.age.seconds");
    }
}
