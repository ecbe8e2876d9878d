package io.redisvault.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which backups to keep: the newest {@code keepLast}, and all younger than {@code keepDuration}. The newest backup is
 * always kept, whatever its age. {@code keepLast} may be 0 only with a {@code keepDuration}.
 */
public record RetentionPolicy(int keepLast, Optional<Duration> keepDuration) {

    public RetentionPolicy {
        if (keepLast < 0 || (keepLast == 0 && keepDuration.isEmpty())) {
            throw new IllegalArgumentException("a policy that keeps nothing");
        }
    }

    /**
     * Returns a function to call once with each backup, in any order. Each call returns the backup that may be
     * deleted because of it, if any: the one passed in or an earlier one. Memory is bounded by {@code keepLast}.
     *
     * @param timestamp returns when Redis finished the dump of a backup
     */
    public <T> Function<T, Optional<T>> expiry(Function<T, Instant> timestamp, Instant now) {
        Newest<T> newest = new Newest<>(Math.max(1, keepLast), timestamp);
        return backup -> newest.add(backup).filter(oldest -> keepDuration
                .map(age -> timestamp.apply(oldest).isBefore(now.minus(age)))
                .orElse(true));
    }
}
