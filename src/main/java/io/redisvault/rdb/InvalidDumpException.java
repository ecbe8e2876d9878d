package io.redisvault.rdb;

/**
 * A dump that must not be taken for a good one: no RDB file at all, damaged, cut off, or changed while it was read.
 * The message says what is wrong and where, in words for the person who has to mend it.
 */
public final class InvalidDumpException extends RuntimeException {

    public InvalidDumpException(String message) {
        super(message);
    }
}
