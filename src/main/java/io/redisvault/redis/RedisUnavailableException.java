package io.redisvault.redis;

/** Redis could not be asked; the message names the address, never a password. */
public final class RedisUnavailableException extends RuntimeException {

    RedisUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
