package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCycle;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.Cleanup;
import io.redisvault.backup.Trigger;
import io.redisvault.redis.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupMetricsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T15:00:00Z");
    private static final Instant SAVED = NOW.minusSeconds(90);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BackupMetrics metrics =
            new BackupMetrics(registry, null, null, null, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void register() {
        metrics.registerGauges(null);
    }

    @Test
    void theDumpOfARoleThatIsNotBackedUpHasNoAge() {
        assertThat(dumpAge()).isNaN();
        end(Role.MASTER, new Stored(new Backup("n", "k", "u", "node", SAVED, 1, null), Cleanup.NONE));
        assertThat(dumpAge()).isEqualTo(90);
        end(Role.REPLICA, skipped(Reason.LOADING));
        assertThat(dumpAge()).isEqualTo(90);
        end(Role.REPLICA, skipped(Reason.ROLE));
        assertThat(dumpAge()).isNaN();
    }

    private void end(Role role, BackupOutcome outcome) {
        metrics.count(new BackupCycle(Trigger.REQUEST, NOW, Duration.ZERO, role, outcome));
    }

    private static Skipped skipped(Reason reason) {
        return new Skipped(reason, "", Optional.empty(), Cleanup.NONE);
    }

    private double dumpAge() {
        return registry.get("redis_vault.dump.age").timeGauge().value();
    }
}
