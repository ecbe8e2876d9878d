package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** The request that makes an object visible, made so that it never replaces another. */
record S3Publication(S3Bucket bucket, StoredObject object) {

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int CONFLICTS = 5;

    private static final Logger LOG = Logger.getLogger(S3Publication.class);

    /**
     * Makes the object visible, if its key is free.
     *
     * @param distrustful whether to look, although the server is asked not to replace an object
     * @return null if the answer was lost, and the object is there
     */
    <T> Uni<T> run(boolean distrustful, Function<Boolean, CompletableFuture<T>> call) {
        Uni<T> conditional = bucket.errors().request("s3:PutObject", () -> call.apply(true));
        Uni<T> afterLook = bucket.requireFree(object.key())
                .chain(() -> bucket.errors().request("s3:PutObject", () -> call.apply(false)));
        // Only if it succeeds without the condition was that what the server lacks.
        Uni<T> published = bucket.refusesToReplace().get()
                ? (distrustful ? bucket.requireFree(object.key()).chain(() -> conditional) : conditional)
                        .onFailure(S3Errors::lacksConditions)
                        .recoverWithUni(refusal -> afterLook.invoke(() -> bucket.doWithoutConditions(refusal)))
                : afterLook;
        Uni<T> persistent = published
                .onFailure(S3Errors::isConflict)
                .retry()
                .withBackOff(PAUSE)
                .atMost(CONFLICTS);
        return persistent
                .onFailure(failure ->
                        failure instanceof StorageException && !(failure instanceof StorageException.Corrupt))
                .recoverWithUni(failure -> settle(failure, persistent));
    }

    /**
     * The answer to a request can be lost after the storage has done what it asked; a retry then meets its object. Some
     * servers store what they have got of a request that breaks off; a retry then meets half of it.
     */
    private <T> Uni<T> settle(Throwable failure, Uni<T> again) {
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
}
