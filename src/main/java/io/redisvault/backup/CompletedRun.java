package io.redisvault.backup;

import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.redis.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A run that has ended. */
public record CompletedRun(Trigger trigger, Instant startedAt, Duration duration, Role role, BackupOutcome outcome) {

    public Instant endedAt() {
        return startedAt.plus(duration);
    }

    /** Why there was nothing to store; empty if there was. */
    public Optional<Reason> skipped() {
        return outcome instanceof Skipped skipped ? Optional.of(skipped.reason()) : Optional.empty();
    }
}
