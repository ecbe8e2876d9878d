package io.redisvault.drill;

/** The server did not load the dump; the message says why. */
final class NotLoadedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    NotLoadedException(String message) {
        super(message);
    }
}
