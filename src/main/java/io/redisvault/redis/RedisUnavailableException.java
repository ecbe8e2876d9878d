package io.redisvault.redis;

/** Redis did not answer, or refused. The message names the address and the reason, never a password. */
public final class RedisUnavailableException extends RuntimeException {

    RedisUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
