package io.redisvault.backup;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** The newest of all that were added, in any order; remembers these only, however many there were. */
final class Newest<T> {

    private final int limit;
    /** A set: some servers list one on two pages, and the second would expire the first. */
    private final TreeSet<T> kept;

    /** @param limit how many at most, at least one */
    Newest(int limit, Function<T, Instant> timestamp) {
        this.limit = limit;
        this.kept = new TreeSet<>(Comparator.comparing(timestamp).thenComparing(Object::toString));
    }

    /** The one that is not among the newest any more, which may be the added one itself. */
    Optional<T> add(T added) {
        return kept.add(added) && kept.size() > limit ? Optional.of(kept.pollFirst()) : Optional.empty();
    }

    List<T> newestFirst() {
        return List.copyOf(kept.descendingSet());
    }
}
