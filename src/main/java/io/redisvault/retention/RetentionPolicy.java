package io.redisvault.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
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
     * Those of {@code backups} that may go, oldest first.
     *
     * @param timestamp when the data of a backup was written; the order of the collection does not matter
     */
    public <T> List<T> expired(Collection<T> backups, Function<T, Instant> timestamp, Instant now) {
        return backups.stream()
                .sorted(Comparator.comparing(timestamp).reversed())
                .skip(Math.max(1, keepLast))
                .filter(backup -> keepDuration
                        .map(age -> timestamp.apply(backup).isBefore(now.minus(age)))
                        .orElse(true))
                .sorted(Comparator.comparing(timestamp))
                .toList();
    }
}
