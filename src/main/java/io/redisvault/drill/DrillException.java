package io.redisvault.drill;

/** There could be no drill, which says nothing of the backup; the message says why and what to do. */
public final class DrillException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DrillException(String message) {
        super(message);
    }

    DrillException(String message, Throwable cause) {
        super(message, cause);
    }
}
