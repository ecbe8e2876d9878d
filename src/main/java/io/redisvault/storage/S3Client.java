package io.redisvault.storage;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** The client of Quarkus, with the patience of a backup. */
final class S3Client {

    /**
     * With the waits between them, of random length and growing, this outlasts about two seconds of broken
     * connections and fifteen of SlowDown.
     */
    private static final int ATTEMPTS = 6;

    @Produces
    @Singleton
    static S3AsyncClient create(S3AsyncClientBuilder builder) {
        return builder.overrideConfiguration(builder.overrideConfiguration().toBuilder()
                        .retryStrategy(retries())
                        .build())
                .build();
    }

    static void close(@Disposes S3AsyncClient client) {
        client.close();
    }

    /**
     * What may be gone a moment later is tried again: broken connections, timeouts, 500, 502, 503, 504, SlowDown. A
     * refusal never is. There is no limit over all requests: a long outage must not cost the next cycle its retries.
     */
    private static RetryStrategy retries() {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(ATTEMPTS)
                .circuitBreakerEnabled(false)
                .build();
    }
}
