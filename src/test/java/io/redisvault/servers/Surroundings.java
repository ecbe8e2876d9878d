package io.redisvault.servers;

import java.util.Map;

/** What stands around a vault: a Redis, an S3 server with an empty bucket, and the environment that names them. */
public final class Surroundings implements AutoCloseable {

    private final RedisServer redis = RedisServer.start();
    private final S3Server s3;

    private Surroundings() {
        try {
            s3 = S3Server.start();
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    public static Surroundings start() {
        return new Surroundings();
    }

    public RedisServer redis() {
        return redis;
    }

    public S3Server s3() {
        return s3;
    }

    public Map<String, String> environment() {
        return Map.of(
                "REDIS_CONNECTION", redis.url(),
                "REDIS_DATA_PATH", redis.dataDirectory().toString(),
                "S3_ENDPOINT", s3.endpoint().toString(),
                "S3_BUCKET", s3.bucket(),
                "AWS_ACCESS_KEY_ID", s3.accessKey(),
                "AWS_SECRET_ACCESS_KEY", s3.secretKey());
    }

    /** A vault in these surroundings, yet to be started. */
    public VaultProcess.Builder vault() {
        return VaultProcess.with(environment());
    }

    @Override
    public void close() {
        s3.close();
        redis.close();
    }
}
