package io.redisvault.backup;

import java.util.List;
import java.util.stream.Stream;

/**
 * What retention did after a cycle.
 *
 * @param deleted names of the backups that are gone
 * @param locked names of those that a lock of the storage keeps for now
 * @param failures why others could not be deleted or found; the next cycle tries again
 */
public record Cleanup(List<String> deleted, List<String> locked, List<String> failures) {

    public static final Cleanup NONE = new Cleanup(List.of(), List.of(), List.of());

    static Cleanup failed(String reason) {
        return new Cleanup(List.of(), List.of(), List.of(reason));
    }

    /** This and what was done besides. */
    Cleanup and(Cleanup other) {
        return new Cleanup(
                concat(deleted, other.deleted), concat(locked, other.locked), concat(failures, other.failures));
    }

    private static List<String> concat(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
