package io.redisvault.storage.s3;

import io.redisvault.storage.Blocking;
import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredChecksum;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Requests to one bucket: retried during an outage, with failures translated for users. */
final class S3Bucket {

    private final S3AsyncClient client;
    private final String name;
    private final S3Errors errors;
    private final Duration silence;
    private final Notice notice;

    /** @param silence without bytes after which the client gives up an attempt */
    S3Bucket(S3AsyncClient client, String name, Duration silence) {
        this.client = client;
        this.name = name;
        this.errors = new S3Errors(name, client.serviceClientConfiguration().endpointOverride());
        this.silence = silence;
        this.notice = new Notice(errors.server());
    }

    String name() {
        return name;
    }

    String url(String key) {
        return "s3://" + name + "/" + key;
    }

    /**
     * Makes a request that may take any time while bytes move. Retries it during an outage of at most {@code silence}.
     *
     * @param permission the IAM action it needs, for messages
     */
    <T> Uni<T> request(String permission, Function<S3AsyncClient, CompletableFuture<T>> call) {
        return Uni.createFrom().deferred(() -> new Attempts(silence, notice).of(attempt(permission, call)));
    }

    /** Makes a request that moves few bytes. All of its attempts together have a time limit. */
    <T> Uni<T> quickRequest(String permission, Function<S3AsyncClient, CompletableFuture<T>> call) {
        return quick(silence, attempt(permission, call));
    }

    private <T> Uni<T> quick(Duration outage, Uni<T> attempt) {
        // Leaves time for a second attempt after one connection went silent.
        return Uni.createFrom().deferred(() -> new Attempts(outage, notice).within(silence.multipliedBy(2), attempt));
    }

    /** Runs on a worker: before the request the client gets a role's credentials, which blocks. */
    private <T> Uni<T> attempt(String permission, Function<S3AsyncClient, CompletableFuture<T>> call) {
        return Uni.createFrom()
                .completionStage(() -> call.apply(client))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .transform(failure -> errors.translate(permission, failure));
    }

    /** Lists one key. Fails soon if the bucket does not answer or may not be listed. */
    Uni<ListObjectsV2Response> probe() {
        return quick(
                Duration.ZERO,
                attempt(
                        "s3:ListBucket",
                        s3 -> s3.listObjectsV2(request -> request.bucket(name).maxKeys(1))));
    }

    Uni<StoredObject> head(String key) {
        return head(key, null).chain(head -> size(key, head).map(size -> new StoredObject(key, size, head.metadata())));
    }

    /** Returns the size, if need be from a listing: some servers answer HEAD without a length, or with 0. */
    private Uni<Long> size(String key, HeadObjectResponse head) {
        Long told = head.contentLength();
        if (told != null && told > 0) {
            return Uni.createFrom().item(told);
        }
        return list(page -> page.prefix(key)).map(page -> page.contents().stream()
                .filter(object -> key.equals(object.key()) && object.size() != null)
                .findFirst()
                .map(S3Object::size)
                .or(() -> Optional.ofNullable(told))
                .orElseThrow(() -> new StorageException.Other(
                        "S3 does not say the size of " + key
                                + ": the answer to HEAD has no Content-Length, and the listing lacks it",
                        null)));
    }

    Uni<ListObjectsV2Response> list(Consumer<ListObjectsV2Request.Builder> page) {
        return quickRequest("s3:ListBucket", s3 -> s3.listObjectsV2(page.andThen(request -> request.bucket(name))));
    }

    /** Returns the server's checksum of an object. A server that refuses to be asked for one may still send an ETag. */
    Uni<Optional<StoredChecksum>> checksum(String key) {
        return head(key, ChecksumMode.ENABLED)
                .onFailure(refusal -> S3Failure.isMisunderstood(refusal) || S3Failure.isMute(refusal))
                .recoverWithUni(() -> head(key, null))
                .chain(head -> size(key, head).map(size -> S3Checksum.told(head, size)));
    }

    private Uni<HeadObjectResponse> head(String key, ChecksumMode checksums) {
        return quickRequest(
                        "s3:GetObject",
                        s3 -> s3.headObject(
                                request -> request.bucket(name).key(key).checksumMode(checksums)))
                // HEAD has no error text. If a listing fails, too, it gives the reason.
                .onFailure(S3Failure::isMute)
                .recoverWithUni(mute -> probe().chain(() -> Uni.createFrom().failure(mute)));
    }

    /** @param length in bytes, at least 1 */
    Multi<ByteBuffer> read(String key, long offset, long length) {
        return request(
                        "s3:GetObject",
                        s3 -> s3.getObject(
                                request -> request.bucket(name)
                                        .key(key)
                                        .range("bytes=" + offset + "-" + (offset + length - 1)),
                                AsyncResponseTransformer.<GetObjectResponse>toBlockingInputStream()))
                .onItem()
                .transformToMulti(body -> Blocking.read(
                        () -> Channels.newChannel(requirePart(body, offset, length, key)),
                        length,
                        key,
                        failure -> errors.translate("s3:GetObject", failure),
                        Infrastructure.getDefaultWorkerPool()));
    }

    /** Some servers ignore the range, and not all say how much they send. */
    private static ResponseInputStream<GetObjectResponse> requirePart(
            ResponseInputStream<GetObjectResponse> body, long offset, long length, String key) {
        GetObjectResponse answer = body.response();
        boolean rightLength = answer.contentLength() == null || answer.contentLength() == length;
        boolean rightStart = answer.contentRange() == null
                ? offset == 0
                : answer.contentRange().matches("(?i)bytes[ =]" + offset + "-.*");
        if (rightLength && rightStart) {
            return body;
        }
        body.abort();
        throw new StorageException.Corrupt(
                key + ": " + (rightLength ? "another part" : answer.contentLength() + " bytes") + " came instead of "
                        + length + " bytes from " + offset + " on",
                null);
    }

    /** Deletes an object; succeeds if there is none. */
    Uni<Void> delete(String key) {
        return quickRequest(
                        "s3:DeleteObject",
                        s3 -> s3.deleteObject(request -> request.bucket(name).key(key)))
                .replaceWithVoid()
                .onFailure(S3Failure::isMissingObject)
                .recoverWithNull();
    }

    /** Aborts an upload; yields false if there is no such upload. */
    Uni<Boolean> abort(String key, String uploadId) {
        return quickRequest(
                        "s3:AbortMultipartUpload",
                        s3 -> s3.abortMultipartUpload(
                                request -> request.bucket(name).key(key).uploadId(uploadId)))
                .map(response -> true)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(false);
    }

    /** Makes one request, and retries it as long as the server may soon be able to answer. */
    private static final class Attempts {

        private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
        private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

        /** For failures that may pass, but are no outage. */
        private static final int MAX_FAILURES = 6;

        private final Duration outage;
        private final Notice notice;
        private int failures;
        private long firstFailure;
        /** The last failure whose cause is known: the client loses the cause of some. */
        private volatile Throwable reason;
        /** The last failure that shows an outage; null if the server was only silent. */
        private volatile Throwable lastOutage;

        /** @param outage how long to retry while the server is down or overloaded */
        Attempts(Duration outage, Notice notice) {
            this.outage = outage;
            this.notice = notice;
        }

        <T> Uni<T> of(Uni<T> attempt) {
            return attempt.onFailure()
                    .retry()
                    .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                    .until(this::isAnotherWorthIt)
                    .onFailure(S3Failure::isLost)
                    .transform(lost -> reason)
                    .invoke(notice::clear);
        }

        /** Like {@link #of}, but fails after {@code limit}. */
        <T> Uni<T> within(Duration limit, Uni<T> attempt) {
            return notice.ofSilence(
                            () -> lastOutage == null ? limit : outage,
                            () -> reason == null ? "no answer yet" : reason.getMessage(),
                            of(attempt))
                    .ifNoItem()
                    .after(limit)
                    .failWith(() -> lastOutage != null
                            ? lastOutage
                            : new StorageException.Unavailable(
                                    "S3 did not answer within " + limit.toMillis() + " ms, twice STORAGE_TIMEOUT",
                                    null));
        }

        private boolean isAnotherWorthIt(Throwable failure) {
            long now = System.nanoTime();
            firstFailure = failures++ == 0 ? now : firstFailure;
            reason = S3Failure.isLost(failure) && reason != null ? reason : failure;
            boolean mayEndSoon = S3Failure.mayEndSoon(failure);
            lastOutage = mayEndSoon ? reason : lastOutage;
            Duration passed = Duration.ofNanos(now - firstFailure);
            boolean inTime = mayEndSoon && passed.compareTo(outage) < 0;
            if (inTime) {
                notice.ofFailure(passed, outage, reason.getMessage());
            }
            return inTime || failures < MAX_FAILURES && S3Failure.mayPass(failure);
        }
    }
}
