package io.redisvault.restore;

/** There is no backup such as was asked for; the message says what there is instead. */
public final class NoBackupException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean none;

    NoBackupException(String message, boolean none) {
        super(message);
        this.none = none;
    }

    /** Whether the node has no backup at all. */
    public boolean none() {
        return none;
    }
}
