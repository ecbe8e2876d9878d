package io.redisvault.restore;

/** No backup matches the selection; the message says what there is instead. */
public final class NoBackupException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean none;

    NoBackupException(String message, boolean none) {
        super(message);
        this.none = none;
    }

    /** True if the node has no backup at all. */
    public boolean none() {
        return none;
    }
}
