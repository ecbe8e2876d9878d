package io.redisvault.restore;

import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;

/**
 * The restore was refused or could not be done; the message says why and what to do. The target is as it was,
 * unless the message says what a running server holds instead.
 */
public final class RestoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RestoreException(String message) {
        super(message);
    }

    RestoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** True if the backup is corrupt. */
    public boolean isOfBackup() {
        return isCorrupt(getCause());
    }

    static boolean isCorrupt(Throwable failure) {
        return failure instanceof InvalidDumpException || failure instanceof StorageException.Corrupt;
    }
}
