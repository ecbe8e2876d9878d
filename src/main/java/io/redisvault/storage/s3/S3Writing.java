package io.redisvault.storage.s3;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Makes objects visible in a bucket without ever replacing another. Remembers what it learns about the server.
 *
 * @param refusesToReplace whether the server supports conditional writes, as far as known
 * @param tagsAreMd5s whether all ETags so far were MD5s
 */
record S3Writing(
        S3Bucket bucket,
        Options options,
        S3Parts.Buffers buffers,
        AtomicBoolean refusesToReplace,
        AtomicBoolean tagsAreMd5s) {

    /**
     * Settings for writing objects.
     *
     * @param encryption by the server, for example {@code aws:kms}
     * @param kmsKey id of the key for encryption with KMS
     * @param storageClass for example {@code STANDARD_IA}
     * @param conditionalWrites whether the server can refuse to replace an object
     */
    record Options(
            Optional<String> encryption,
            Optional<String> kmsKey,
            Optional<String> storageClass,
            boolean conditionalWrites) {

        static Options of(VaultConfig.Storage storage) {
            return new Options(
                    storage.sse(), storage.sseKmsKeyId(), storage.storageClass(), storage.conditionalWrites());
        }
    }

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int CONFLICTS = 5;

    private static final Logger LOG = Logger.getLogger(S3Writing.class);

    S3Writing(S3Bucket bucket, Options options) {
        this(
                bucket,
                options,
                new S3Parts.Buffers(),
                new AtomicBoolean(options.conditionalWrites()),
                new AtomicBoolean(true));
    }

    /**
     * Makes an object visible, if its key is free.
     *
     * @param distrustful whether to check the key first, even if the server is asked not to replace an object
     * @param call makes the request, given its {@code If-None-Match}, or null for none
     * @return null if the answer was lost, but the object is stored
     */
    <T> Uni<T> publish(
            StoredObject object, boolean distrustful, BiFunction<S3AsyncClient, String, CompletableFuture<T>> call) {
        Uni<T> conditional = bucket.request("s3:PutObject", s3 -> call.apply(s3, "*"));
        Uni<T> afterLook =
                requireFree(object.key()).chain(() -> bucket.request("s3:PutObject", s3 -> call.apply(s3, null)));
        // Only if the request succeeds without the condition was the condition the problem.
        Uni<T> published = refusesToReplace.get()
                ? (distrustful ? requireFree(object.key()).chain(() -> conditional) : conditional)
                        .onFailure(S3Failure::lacksConditions)
                        .recoverWithUni(refusal -> afterLook.invoke(() -> doWithoutConditions(refusal)))
                : afterLook;
        Uni<T> persistent = published
                .onFailure(S3Failure::isConflict)
                .retry()
                .withBackOff(PAUSE)
                .atMost(CONFLICTS);
        return persistent
                .onFailure(failure ->
                        failure instanceof StorageException && !(failure instanceof StorageException.Corrupt))
                .recoverWithUni(failure -> settle(object, failure, persistent));
    }

    /**
     * Finds out what a failed request has stored. The answer may be lost after the object was stored: a retry then
     * finds the key taken by our own object. Some servers also store part of a request that broke off: that is deleted
     * and sent again.
     */
    private <T> Uni<T> settle(StoredObject object, Throwable failure, Uni<T> again) {
        return bucket.head(object.key())
                .onFailure()
                .transform(looked -> looked instanceof StorageException.NotFound
                                && failure instanceof StorageException.AlreadyExists
                        ? new StorageException.Other(failure.getMessage() + ", although nothing is there", failure)
                        : failure)
                .chain(found -> {
                    boolean own = found.metadata().equals(object.metadata())
                            && !object.metadata().isEmpty();
                    if (!own || found.size() > object.size()) {
                        return Uni.createFrom().failure(failure);
                    }
                    if (found.size() == object.size()) {
                        return Uni.createFrom().nullItem();
                    }
                    LOG.warnf(
                            "the server kept %d of %d bytes of %s; sent again",
                            found.size(), object.size(), object.key());
                    return bucket.delete(object.key()).chain(() -> again);
                });
    }

    private Uni<Void> requireFree(String key) {
        return bucket.head(key)
                .onItem()
                .<Void>transformToUni(found ->
                        Uni.createFrom().failure(new StorageException.AlreadyExists(bucket.url(key) + " exists", null)))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    /** Deletes an object that is not what was sent, and always fails with the reason. */
    Uni<Void> discard(String key, String reason) {
        return bucket.delete(key)
                .onFailure()
                .transform(failure ->
                        new StorageException.Corrupt(key + ": " + reason + "; DELETE IT: deleting failed", failure))
                .onItem()
                .transformToUni(deleted -> Uni.createFrom()
                        .failure(new StorageException.Corrupt(key + ": " + reason + "; deleted it again", null)));
    }

    private void doWithoutConditions(Throwable refusal) {
        LOG.warnf(
                "%s; the server lacks conditional writes, from now on each write is preceded by a look",
                refusal.getMessage());
        refusesToReplace.set(false);
    }

    void warnOfTag(String key, String tag) {
        if (tagsAreMd5s.getAndSet(false)) {
            LOG.warnf(
                    "the server gave %s the ETag %s, which is not made of MD5s as S3's are; other checks have to do",
                    key, tag);
        }
    }
}
