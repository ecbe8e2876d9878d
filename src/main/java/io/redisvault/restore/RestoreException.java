package io.redisvault.restore;

import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.storage.StorageException;

/**
 * A restore was refused or failed; the message says why and what to do. The target is unchanged, unless the message says
 * which data a running server holds now.
 */
public class RestoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** No backup matches the selection; the message says why. */
    public static final class NoBackup extends RestoreException {

        private static final long serialVersionUID = 1;

        private final boolean none;

        NoBackup(String message, boolean none) {
            super(message);
            this.none = none;
        }

        /** True if the node has no backup at all. */
        public boolean none() {
            return none;
        }
    }

    public RestoreException(String message) {
        super(message);
    }

    public RestoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** True if the backup is corrupt. */
    public boolean isOfBackup() {
        return isCorrupt(getCause());
    }

    static boolean isCorrupt(Throwable failure) {
        return failure instanceof InvalidDumpException || failure instanceof StorageException.Corrupt;
    }

    /** True if the message explains the failure to people; any other failure is a bug of ours. */
    public static boolean isExplained(Throwable failure) {
        return failure instanceof RestoreException
                || failure instanceof InvalidDumpException
                || failure instanceof StorageException
                || failure instanceof RedisUnavailableException;
    }
}
