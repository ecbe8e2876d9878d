package io.redisvault.config;

/**
 * A value that cannot be used. The message continues a sentence that names the setting, such as {@code is not true or
 * false}, and never repeats any part of the value, which may be a secret.
 */
final class InvalidValueException extends IllegalArgumentException {

    InvalidValueException(String message) {
        super(message);
    }
}
