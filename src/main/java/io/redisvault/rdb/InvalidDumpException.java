package io.redisvault.rdb;

/**
 * A dump that must not be taken for a good one: no RDB file at all, damaged, cut off, or changed while it was read.
 * The message says what is wrong and where, in words for the person who has to mend it.
 */
public final class InvalidDumpException extends RuntimeException {

    private final boolean checkable;

    public InvalidDumpException(String message) {
        this(message, true);
    }

    /** @param checkable false for a form of dump that has no check: it may be good */
    InvalidDumpException(String message, boolean checkable) {
        super(message);
        this.checkable = checkable;
    }

    /** The same of a backup that holds the dump. */
    public InvalidDumpException ofBackup(String name) {
        return new InvalidDumpException(
                name + (checkable ? " is corrupt: " : " cannot be verified: ") + getMessage(), checkable);
    }
}
