package io.redisvault.restore;

/** The restore was refused or could not be done; the message says why and what to do, and the target is as it was. */
public final class RestoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RestoreException(String message) {
        super(message);
    }

    RestoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
