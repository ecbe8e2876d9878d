package io.redisvault.backup;

import io.redisvault.redis.Role;
import java.time.Duration;
import java.time.Instant;

/** A cycle that has ended. */
public record BackupCycle(Trigger trigger, Instant startedAt, Duration duration, Role role, BackupOutcome outcome) {

    public Instant endedAt() {
        return startedAt.plus(duration);
    }
}
