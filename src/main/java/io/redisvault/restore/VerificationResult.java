package io.redisvault.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Result of a scheduled verification.
 *
 * @param backup the name of the one that was found good
 * @param failure why it failed; empty if it passed
 */
public record VerificationResult(
        Instant startedAt, Duration duration, Optional<String> backup, Optional<String> failure) {

    public Instant endedAt() {
        return startedAt.plus(duration);
    }
}
