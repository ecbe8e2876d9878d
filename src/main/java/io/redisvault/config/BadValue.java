package io.redisvault.config;

/**
 * A value that cannot be taken. The message reads on after the value, such as {@code is not true or false}, and
 * never repeats any part of it, since the value may be a secret.
 */
final class BadValue extends IllegalArgumentException {

    BadValue(String message) {
        super(message);
    }

    BadValue(String message, Throwable cause) {
        super(message, cause);
    }
}
