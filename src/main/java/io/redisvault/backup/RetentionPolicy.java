package io.redisvault.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which backups stay: the newest {@code keepLast}, and all that are younger than {@code keepDuration}. The newest
 * one always stays, whatever its age.
 */
public record RetentionPolicy(int keepLast, Optional<Duration> keepDuration) {

    public RetentionPolicy {
        if (keepLast < 0 || (keepLast == 0 && keepDuration.isEmpty())) {
            throw new IllegalArgumentException("a policy that keeps nothing");
        }
    }

    /**
     * Takes all backups one after the other, in any order, and answers each with the one that may go because of it, if
     * any: one that was taken before, or the same. Remembers {@code keepLast} of them, however many there are.
     *
     * @param timestamp when the data of a backup was written
     */
    public <T> Function<T, Optional<T>> expiry(Function<T, Instant> timestamp, Instant now) {
        Newest<T> newest = new Newest<>(Math.max(1, keepLast), timestamp);
        return backup -> newest.add(backup).filter(oldest -> keepDuration
                .map(age -> timestamp.apply(oldest).isBefore(now.minus(age)))
                .orElse(true));
    }
}
