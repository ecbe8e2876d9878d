package io.redisvault.codec;

/** No identity opens what is encrypted. */
public final class WrongIdentityException extends RuntimeException {

    WrongIdentityException() {
        super("it is encrypted for others");
    }
}
