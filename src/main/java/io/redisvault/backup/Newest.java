package io.redisvault.backup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;

/** The newest of all that were added, in any order; remembers these only, however many there were. */
public final class Newest<T> {

    private final int limit;
    private final Comparator<T> oldestFirst;
    private final PriorityQueue<T> kept;
    private final Set<T> known = new HashSet<>();

    /** @param limit how many at most, at least one */
    public Newest(int limit, Function<T, Instant> timestamp) {
        this.limit = limit;
        this.oldestFirst = Comparator.comparing(timestamp);
        this.kept = new PriorityQueue<>(oldestFirst);
    }

    /** The one that is not among the newest any more, which may be the added one itself. */
    public Optional<T> add(T added) {
        // Some servers list one on two pages; the second would expire the first.
        if (!known.add(added)) {
            return Optional.empty();
        }
        kept.add(added);
        Optional<T> left = kept.size() > limit ? Optional.of(kept.remove()) : Optional.empty();
        left.ifPresent(known::remove);
        return left;
    }

    public List<T> newestFirst() {
        List<T> sorted = new ArrayList<>(kept);
        sorted.sort(oldestFirst.reversed());
        return sorted;
    }
}
