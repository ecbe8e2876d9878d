package io.redisvault.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
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

    /** Keeps the newest {@code limit} of all added items. Items may come in any order; memory is bounded by the limit. */
    static final class Newest<T> {

        private final int limit;
        /** A set: some servers list the same object on two pages, and a duplicate must not push out another backup. */
        private final TreeSet<T> kept;

        /** @param limit how many to keep; at least one */
        Newest(int limit, Function<T, Instant> timestamp) {
            this.limit = limit;
            this.kept = new TreeSet<>(Comparator.comparing(timestamp).thenComparing(Object::toString));
        }

        /** Returns the item that is no longer among the newest, if any. It can be the added one. */
        Optional<T> add(T added) {
            return kept.add(added) && kept.size() > limit ? Optional.of(kept.pollFirst()) : Optional.empty();
        }

        List<T> newestFirst() {
            return List.copyOf(kept.descendingSet());
        }
    }
}
