package io.redisvault.backup;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** This process, as its backups name it. */
@ApplicationScoped
class InstanceId {

    private final String id = UUID.randomUUID().toString();
    private final Instant startedAt;

    InstanceId(Clock clock) {
        this.startedAt = clock.instant();
    }

    String id() {
        return id;
    }

    Instant startedAt() {
        return startedAt;
    }
}
