package io.redisvault.drill;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a drill of a service ended.
 *
 * @param backup the name of the one that was found good
 * @param failure why the drill failed; empty if it passed
 */
public record ServiceDrillResult(
        Instant startedAt, Duration duration, Optional<String> backup, Optional<String> failure) {

    public Instant endedAt() {
        return startedAt.plus(duration);
    }
}
