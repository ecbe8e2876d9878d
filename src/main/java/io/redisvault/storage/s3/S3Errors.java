package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Makes requests, goes on trying while the server is out of order, and says what a failure means. */
final class S3Errors {

    private static final long FIRST_PAUSE = 250;
    private static final long LONGEST_PAUSE = 4000;

    private final S3Refusals refusals;
    private final S3Outages outages;
    private final Duration silence;

    /** @param silence after which the client gives up an attempt */
    S3Errors(String bucket, Optional<URI> endpoint, Duration silence) {
        this.refusals = new S3Refusals(bucket);
        this.outages = new S3Outages(endpoint);
        this.silence = silence;
    }

    /**
     * One call of the client that moves next to nothing, with all its attempts in a bounded time.
     *
     * @param permission the IAM action it needs
     */
    <T> Uni<T> quickRequest(String permission, Supplier<CompletableFuture<T>> call) {
        return bounded(request(permission, call));
    }

    /** As a quick request, but only as persistent as the client itself. */
    <T> Uni<T> probe(String permission, Supplier<CompletableFuture<T>> call) {
        return bounded(attempt(permission, call));
    }

    private <T> Uni<T> bounded(Uni<T> request) {
        // One connection gone silent is no reason to fail, two are.
        Duration deadline = silence.multipliedBy(2);
        return request.ifNoItem()
                .after(deadline)
                .failWith(() -> new StorageException.Unavailable(
                        "S3 did not answer within " + deadline.toMillis() + " ms, twice STORAGE_TIMEOUT", null));
    }

    /**
     * One call of the client that takes as long as it needs while bytes move. Where the server is out of order it is made
     * again, for as long as a silence may last.
     *
     * @param permission the IAM action it needs
     */
    <T> Uni<T> request(String permission, Supplier<CompletableFuture<T>> call) {
        return attempt(permission, call)
                .onFailure(S3Errors::mayEndSoon)
                .recoverWithUni(failure -> again(attempt(permission, call), failure, System.nanoTime(), FIRST_PAUSE));
    }

    private <T> Uni<T> again(Uni<T> attempt, Throwable failure, long since, long pause) {
        long jittered = ThreadLocalRandom.current().nextLong(pause / 2, pause);
        if (System.nanoTime() - since + jittered * 1_000_000 > silence.toNanos()) {
            return Uni.createFrom().failure(failure);
        }
        return Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(Duration.ofMillis(jittered))
                .chain(() -> attempt)
                .onFailure(S3Errors::mayEndSoon)
                .recoverWithUni(next -> again(attempt, next, since, Math.min(2 * pause, LONGEST_PAUSE)));
    }

    /** On a worker, for credentials of a role are asked for before the call, and that blocks. */
    private <T> Uni<T> attempt(String permission, Supplier<CompletableFuture<T>> call) {
        return Uni.createFrom()
                .completionStage(call)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .transform(failure -> translate(permission, failure));
    }

    StorageException translate(String permission, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StorageException known) {
            return known;
        }
        return cause instanceof AwsServiceException refusal
                ? refusals.translate(permission, refusal)
                : outages.translate(cause);
    }

    private static boolean mayEndSoon(Throwable failure) {
        return failure instanceof StorageException.Unavailable
                && failure.getCause() != null
                && (failure.getCause() instanceof AwsServiceException refusal
                        ? !S3Refusals.isConflict(refusal)
                        : S3Outages.mayEndSoon(failure.getCause()));
    }

    /** True if the server objects to something in the request, and to nothing that has an exception of its own. */
    static boolean isMisunderstood(Throwable failure) {
        return isNotImplemented(failure) || failure instanceof StorageException.Other && hasStatus(failure, 400);
    }

    /** True if the server knows the call, but not what was asked of it. */
    static boolean isNotImplemented(Throwable failure) {
        return hasStatus(failure, 501);
    }

    /** True if the server objects to the condition that the key must be free. */
    static boolean lacksConditions(Throwable failure) {
        return isNotImplemented(failure)
                || hasStatus(failure, 400)
                        && failure.getMessage().toLowerCase(Locale.ROOT).contains("if-none-match");
    }

    /** Whether another request for the same key is under way, and this one may be sent again. */
    static boolean isConflict(Throwable failure) {
        return failure.getCause() instanceof AwsServiceException refusal && S3Refusals.isConflict(refusal);
    }

    static boolean isMissingObject(Throwable failure) {
        return hasStatus(failure, 404) && !failure.getMessage().contains("NoSuchBucket");
    }

    /** True if the server refused and did not say why, as an answer to HEAD cannot. */
    static boolean isMute(Throwable failure) {
        return failure.getCause() instanceof AwsServiceException refusal
                && S3Refusals.code(refusal).isEmpty()
                && failure instanceof StorageException.AccessDenied;
    }

    private static boolean hasStatus(Throwable failure, int status) {
        return failure.getCause() instanceof AwsServiceException refusal && refusal.statusCode() == status;
    }
}
