package io.redisvault.backup;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;

/** How a run ended, as HTTP and commands tell it in JSON. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Stored.class, name = "stored"),
    @JsonSubTypes.Type(value = Skipped.class, name = "skipped"),
    @JsonSubTypes.Type(value = Failed.class, name = "failed")
})
@Schema(
        oneOf = {Stored.class, Skipped.class, Failed.class},
        discriminatorProperty = "outcome")
public sealed interface BackupOutcome {

    /** A new backup is in the storage. */
    @RegisterForReflection
    @Schema(properties = @SchemaProperty(name = "outcome", enumeration = "stored"))
    record Stored(Backup backup, @JsonUnwrapped RetentionResult retention) implements BackupOutcome {}

    /**
     * There was nothing to store; {@code detail} says so in words.
     *
     * @param backup that holds the dump already, or null
     */
    @RegisterForReflection
    @Schema(properties = @SchemaProperty(name = "outcome", enumeration = "skipped"))
    record Skipped(
            Reason reason,
            String detail,
            Backup backup,
            @JsonUnwrapped RetentionResult retention) implements BackupOutcome {}

    /** Nothing was stored, and somebody should know why. */
    @RegisterForReflection
    @Schema(properties = @SchemaProperty(name = "outcome", enumeration = "failed"))
    record Failed(Reason reason, String detail, @JsonIgnore Throwable cause) implements BackupOutcome {}

    /** What retention did after the run. */
    default RetentionResult retention() {
        return RetentionResult.NONE;
    }

    @RegisterForReflection
    enum Reason {
        /** This very dump is in the storage already. */
        UNCHANGED,
        /** The node's role is one that is not backed up. */
        ROLE,
        /** Redis has not written a dump yet. */
        NO_DUMP,
        /** The node is reading its dataset. */
        LOADING,
        /** Redis gave no answer, and its role matters. */
        REDIS,
        /** The dump file cannot be read. */
        DUMP_UNREADABLE,
        /** The dump is not what Redis would have written. */
        DUMP_CORRUPT,
        /** The storage refused or failed. */
        STORAGE,
        /** The service stopped before the run was done. */
        STOPPED,
        /** A fault of ours. */
        INTERNAL;

        /** As JSON and problems spell it; logs have underscores. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

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

        RetentionResult withFailure(String reason) {
            return new RetentionResult(
                    deleted,
                    locked,
                    Stream.concat(notDeleted.stream(), Stream.of(reason)).toList());
        }
    }
}
