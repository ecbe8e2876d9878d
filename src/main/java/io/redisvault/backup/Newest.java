package io.redisvault.backup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;

/** The newest of all that were added, in any order; remembers these only, however many there were. */
public final class Newest<T> {

    private final int limit;
    private final Comparator<T> oldestFirst;
    private final PriorityQueue<T> kept;

    /** @param limit how many at most, at least one */
    public Newest(int limit, Function<T, Instant> timestamp) {
        this.limit = limit;
        this.oldestFirst = Comparator.comparing(timestamp);
        this.kept = new PriorityQueue<>(oldestFirst);
    }

    /** The one that is not among the newest any more, which may be the added one itself. */
    public Optional<T> add(T added) {
        kept.add(added);
        return kept.size() > limit ? Optional.of(kept.remove()) : Optional.empty();
    }

    public List<T> newestFirst() {
        List<T> sorted = new ArrayList<>(kept);
        sorted.sort(oldestFirst.reversed());
        return sorted;
    }
}
