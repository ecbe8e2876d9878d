package io.redisvault.backup;

/** The service is stopping, and the run with it. */
final class BackupStoppedException extends RuntimeException {

    BackupStoppedException() {
        super("the service stopped before the backup was done");
    }
}
