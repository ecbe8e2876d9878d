package io.redisvault.backup;

/** One run at a time: another is under way. */
public final class BackupRunningException extends RuntimeException {

    BackupRunningException(RunningBackup running) {
        super("a backup is running since " + running.startedAt() + " (" + running.trigger() + ")");
    }
}
