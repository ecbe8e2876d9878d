package io.redisvault.backup;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Result of retention after a run.
 *
 * @param deleted names of the backups that are gone
 * @param locked names of those that a lock of the storage keeps for now
 * @param notDeleted why others could not be deleted or found; the next run tries again
 */
@RegisterForReflection
public record RetentionResult(
        List<String> deleted,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> locked,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> notDeleted) {

    public static final RetentionResult NONE = new RetentionResult(List.of(), List.of(), List.of());

    static RetentionResult failed(String reason) {
        return new RetentionResult(List.of(), List.of(), List.of(reason));
    }

    /** This and what was done besides. */
    RetentionResult and(RetentionResult other) {
        return new RetentionResult(
                concat(deleted, other.deleted), concat(locked, other.locked), concat(notDeleted, other.notDeleted));
    }

    private static List<String> concat(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
