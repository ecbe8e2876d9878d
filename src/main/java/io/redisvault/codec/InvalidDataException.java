package io.redisvault.codec;

/** Bytes that are not what a codec would have written: damaged, cut off, or of something else. The message says what is wrong. */
public final class InvalidDataException extends RuntimeException {

    InvalidDataException(String message) {
        super(message);
    }
}
