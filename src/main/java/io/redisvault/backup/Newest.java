package io.redisvault.backup;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Keeps the newest {@code limit} of all added items. Items may come in any order; memory is bounded by the limit. */
final class Newest<T> {

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
