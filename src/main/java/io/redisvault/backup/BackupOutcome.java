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

/** How a backup run ended. The API and the commands show it as JSON. */
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
     * There was nothing to store.
     *
     * @param detail the reason as a sentence
     * @param backup the backup that already holds the dump; null unless the reason is {@link Reason#UNCHANGED}
     */
    @RegisterForReflection
    @Schema(properties = @SchemaProperty(name = "outcome", enumeration = "skipped"))
    record Skipped(
            Reason reason,
            String detail,
            Backup backup,
            @JsonUnwrapped RetentionResult retention) implements BackupOutcome {}

    /** The run failed and stored nothing; {@code detail} says why. */
    @RegisterForReflection
    @Schema(properties = @SchemaProperty(name = "outcome", enumeration = "failed"))
    record Failed(Reason reason, String detail, @JsonIgnore Throwable cause) implements BackupOutcome {}

    /** Result of retention; {@link RetentionResult#NONE} if it did not run. */
    default RetentionResult retention() {
        return RetentionResult.NONE;
    }

    @RegisterForReflection
    enum Reason {
        /** The same dump is already stored. */
        UNCHANGED,
        /** The settings exclude the node's role. */
        ROLE,
        /** Redis has not written a dump yet. */
        NO_DUMP,
        /** The node is loading its data set. */
        LOADING,
        /** Redis did not answer, and the settings need its role. */
        REDIS,
        /** The dump file cannot be read. */
        DUMP_UNREADABLE,
        /** The dump failed the check. */
        DUMP_CORRUPT,
        /** The storage refused the request or failed. */
        STORAGE,
        /** The service stopped during the run. */
        STOPPED,
        /** A bug in Redis Vault. */
        INTERNAL;

        /** The spelling in JSON, with hyphens. Logs use underscores. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Result of retention after a run.
     *
     * @param deleted names of the deleted backups
     * @param locked names of expired backups that a lock of the storage protects for now
     * @param notDeleted one message per failure to list or delete; the next run tries again
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
