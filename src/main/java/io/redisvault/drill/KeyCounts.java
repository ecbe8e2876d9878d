package io.redisvault.drill;

import io.redisvault.rdb.RdbKeys;
import io.redisvault.rdb.RdbKeys.Database;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Compares the keys that a server has loaded with those of the dump. */
final class KeyCounts {

    private static final Database NONE = new Database(0, 0, 0);

    private KeyCounts() {}

    /**
     * Keys expire meanwhile, so there is a most and a least of them.
     *
     * @param before the dump's keys before the server began to load it
     * @param after the dump's keys after the server was asked
     * @param loaded by database
     */
    static List<DatabaseKeys> compare(RdbKeys before, RdbKeys after, Map<Integer, Long> loaded) {
        SortedSet<Integer> databases = new TreeSet<>(before.databases().keySet());
        databases.addAll(loaded.keySet());
        return databases.stream()
                .map(database -> {
                    long most = of(before, database).most();
                    long least = of(after, database).least();
                    long keys = loaded.getOrDefault(database, 0L);
                    return new DatabaseKeys(database, Math.max(least, Math.min(most, keys)), keys);
                })
                .toList();
    }

    private static Database of(RdbKeys keys, int database) {
        return keys.databases().getOrDefault(database, NONE);
    }

    /** When nobody knows how many there should be. */
    static List<DatabaseKeys> uncompared(SortedMap<Integer, Long> loaded) {
        return loaded.entrySet().stream()
                .map(entry -> new DatabaseKeys(entry.getKey(), null, entry.getValue()))
                .toList();
    }
}
