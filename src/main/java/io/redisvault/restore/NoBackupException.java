package io.redisvault.restore;

/** There is no backup such as was asked for; the message says what there is instead. */
public final class NoBackupException extends RuntimeException {

    private static final long serialVersionUID = 1;

    NoBackupException(String message) {
        super(message);
    }
}
