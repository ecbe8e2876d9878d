package io.redisvault.backup;

import java.util.Optional;

/** How a run ended. */
public sealed interface BackupOutcome {

    /** A new backup is in the storage. */
    record Stored(Backup backup, RetentionResult cleanup) implements BackupOutcome {}

    /** There was nothing to store; {@code detail} says so in words. */
    record Skipped(Reason reason, String detail, Optional<Backup> existing, RetentionResult cleanup)
            implements BackupOutcome {}

    /** Nothing was stored, and somebody should know why. */
    record Failed(Failure failure, String detail, Throwable cause) implements BackupOutcome {}

    enum Reason {
        /** This very dump is in the storage already. */
        UNCHANGED,
        /** The node's role is one that is not backed up. */
        ROLE,
        /** Redis has not written a dump yet. */
        NO_DUMP,
        /** The node is reading its dataset. */
        LOADING
    }

    enum Failure {
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
        INTERNAL
    }
}
