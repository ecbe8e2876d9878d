package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/**
 * One object sent part after part, and visible only once all of them arrived.
 *
 * <p>The parts are read in sequence as they are sent, so that memory does not grow with their number, and the content can
 * check itself in the same pass. While a part is on its way and its answer awaited, the next one is sent already.
 */
final class S3MultipartUpload {

    /** One that arrived. */
    private record Part(int number, String tag, String md5) {}

    /** S3's limit. */
    private static final int MAX_PARTS = 10_000;

    private static final int PARTS_UNDER_WAY = 2;

    private static final Logger LOG = Logger.getLogger(S3MultipartUpload.class);

    private final S3Bucket bucket;
    private final S3AsyncClient client;
    private final S3Errors errors;
    private final StoredObject object;
    private final Content content;
    private final long partSize;
    private final Set<CompletableFuture<?>> underWay = ConcurrentHashMap.newKeySet();

    private CompletableFuture<CompleteMultipartUploadResponse> completion;
    private boolean cancelled;

    S3MultipartUpload(S3Bucket bucket, StoredObject object, Content content) {
        this.bucket = bucket;
        this.client = bucket.client();
        this.errors = bucket.errors();
        this.object = object;
        this.content = content;
        this.partSize = partSize(content.length());
    }

    /** Bytes per part: the smallest allowed until the largest number of parts would be exceeded. */
    static long partSize(long length) {
        return Math.max(S3Storage.MIN_PART_SIZE, (length + MAX_PARTS - 1) / MAX_PARTS);
    }

    /** @param conditional whether to ask the server not to replace an object */
    Uni<Void> run(boolean conditional) {
        return Uni.createFrom().deferred(() -> {
            CompletableFuture<CreateMultipartUploadResponse> created =
                    client.createMultipartUpload(request -> bucket.options()
                            .apply(request)
                            .bucket(bucket.name())
                            .key(object.key())
                            .metadata(object.metadata())
                            .contentType("application/octet-stream"));
            // A copy, so that cancelling does not lose the identifier of an upload that was just begun.
            return errors.quickRequest("s3:PutObject", created::copy)
                    .onItem()
                    .transformToUni(response -> sendParts(response.uploadId())
                            .onItem()
                            .transformToUni(parts -> complete(response.uploadId(), parts, conditional)))
                    .onFailure()
                    .call(() -> abort(created))
                    .onCancellation()
                    .call(() -> takeBack(created));
        });
    }

    private Uni<List<Part>> sendParts(String uploadId) {
        int count = Math.toIntExact((content.length() + partSize - 1) / partSize);
        AtomicReference<Uni<Void>> turn = new AtomicReference<>(Uni.createFrom().voidItem());
        return Multi.createFrom()
                .range(1, count + 1)
                .onItem()
                .transformToUni(number -> {
                    long offset = (number - 1) * partSize;
                    long length = Math.min(partSize, content.length() - offset);
                    S3Body body = new S3Body(length, () -> content.read(offset, length));
                    return turn.getAndSet(body.handedOut()).chain(() -> sendPart(uploadId, number, body));
                })
                .merge(PARTS_UNDER_WAY)
                .collect()
                .asList()
                .invoke(parts -> parts.sort(Comparator.comparing(Part::number)));
    }

    private Uni<Part> sendPart(String uploadId, int number, S3Body body) {
        return errors.request(
                        "s3:PutObject",
                        () -> unlessCancelled(() -> client.uploadPart(
                                request -> request.bucket(bucket.name())
                                        .key(object.key())
                                        .uploadId(uploadId)
                                        .partNumber(number),
                                body)))
                .map(response -> {
                    S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
                    if (tag.disagreesWith(body.md5())) {
                        throw new StorageException.Corrupt(
                                object.key() + ": the storage computed the MD5 " + tag + " for part " + number
                                        + ", but " + body.md5() + " was sent",
                                null);
                    }
                    return new Part(number, response.eTag(), body.md5());
                });
    }

    private Uni<Void> complete(String uploadId, List<Part> parts, boolean conditional) {
        return errors.request(
                        "s3:PutObject",
                        () -> unlessCancelled(() -> {
                            completion = client.completeMultipartUpload(request -> request.bucket(bucket.name())
                                    .key(object.key())
                                    .uploadId(uploadId)
                                    .ifNoneMatch(conditional ? "*" : null)
                                    .multipartUpload(upload -> upload.parts(parts.stream()
                                            .map(part -> CompletedPart.builder()
                                                    .partNumber(part.number())
                                                    .eTag(part.tag())
                                                    .build())
                                            .toList())));
                            return completion.copy();
                        }))
                .onItem()
                .transformToUni(response -> {
                    S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
                    return tag.disagreesWith(parts.stream().map(Part::md5).toList())
                            ? bucket.discard(
                                    object.key(), "the storage computed " + tag + " of its parts, which are others")
                            : Uni.createFrom().voidItem();
                });
    }

    private synchronized <T> CompletableFuture<T> unlessCancelled(Supplier<CompletableFuture<T>> call) {
        if (cancelled) {
            return CompletableFuture.failedFuture(new CancellationException());
        }
        CompletableFuture<T> begun = call.get();
        underWay.add(begun);
        begun.whenComplete((answer, failure) -> underWay.remove(begun));
        return begun;
    }

    /** What was asked to be completed is waited for, and deleted; all else is aborted. */
    private synchronized Uni<Void> takeBack(CompletableFuture<CreateMultipartUploadResponse> created) {
        cancelled = true;
        if (completion == null) {
            underWay.forEach(request -> request.cancel(true));
            return abort(created);
        }
        return errors.request("s3:PutObject", completion::copy)
                .onItem()
                .transformToUni(stored -> bucket.delete(object.key()))
                .onFailure()
                .recoverWithUni(() -> abort(created));
    }

    private Uni<Void> abort(CompletableFuture<CreateMultipartUploadResponse> created) {
        return Uni.createFrom()
                .completionStage(created::copy)
                .onItem()
                .transformToUni(upload -> errors.quickRequest(
                        "s3:AbortMultipartUpload",
                        () -> client.abortMultipartUpload(request ->
                                request.bucket(bucket.name()).key(object.key()).uploadId(upload.uploadId()))))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> {
                    boolean begun = !created.isCompletedExceptionally();
                    if (begun && !(failure instanceof StorageException.NotFound)) {
                        LOG.warnf(
                                "could not abort the unfinished upload of %s, a later cycle will: %s",
                                object.key(), failure.getMessage());
                    }
                })
                .onFailure()
                .recoverWithNull();
    }
}
