package io.redisvault.rdb;

/**
 * The bytes are not a good dump: no RDB file, damaged, cut off, or changed while they were read. The message says what
 * is wrong and where, for the person who has to correct it.
 */
public final class InvalidDumpException extends RuntimeException {

    private final boolean checkable;

    public InvalidDumpException(String message) {
        this(message, true);
    }

    /** @param checkable false for a kind of dump that has no checksum, so it may be good */
    InvalidDumpException(String message, boolean checkable) {
        super(message);
        this.checkable = checkable;
    }

    /** The same error, for a message about the backup that contains the dump. */
    public InvalidDumpException ofBackup(String name) {
        return new InvalidDumpException(
                name + (checkable ? " is corrupt: " : " cannot be verified: ") + getMessage(), checkable);
    }
}
