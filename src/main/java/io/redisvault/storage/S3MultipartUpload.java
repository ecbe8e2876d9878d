package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/**
 * One object sent in parts, and visible only once all of them arrived. Two are read and sent at a time, each over a
 * connection of its own; memory does not grow with their number.
 */
final class S3MultipartUpload {

    /** One that arrived as it was sent, by its CRC-32 or its MD5. */
    private record Part(int number, String tag, String checksum) {}

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

    /** In bytes: a few dozen parts until they are so large that sending one again is a loss, at most {@link #MAX_PARTS}. */
    static long partSize(long length) {
        long few = Math.max(S3Storage.MIN_PART_SIZE, Math.min(length / 32, 32L << 20));
        return Math.max(few, (length + MAX_PARTS - 1) / MAX_PARTS);
    }

    /** @param conditional whether to ask the server not to replace an object */
    Uni<Void> run(boolean conditional) {
        return Uni.createFrom()
                .deferred(() -> {
                    boolean offered = bucket.options().checksums();
                    CompletableFuture<CreateMultipartUploadResponse> created =
                            offered ? beginOfferingChecksums() : begin(null);
                    // A copy, so that cancelling does not lose the identifier of an upload that was just begun.
                    return errors.quickRequest("s3:PutObject", created::copy)
                            .onItem()
                            .transformToUni(response -> {
                                // The answer of a server that will compare them says so.
                                boolean checksums = offered && response.checksumAlgorithm() == ChecksumAlgorithm.CRC32;
                                return sendParts(response.uploadId(), checksums)
                                        .chain(parts -> complete(response.uploadId(), parts, checksums, conditional));
                            })
                            .onFailure()
                            .call(() -> abortAfter(created))
                            .onCancellation()
                            .call(() -> takeBack(created));
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    /** Some servers ignore headers that they do not know, some refuse them. */
    private CompletableFuture<CreateMultipartUploadResponse> beginOfferingChecksums() {
        return begin(ChecksumAlgorithm.CRC32)
                .exceptionallyCompose(failure -> S3Errors.isMisunderstood(errors.translate("s3:PutObject", failure))
                        ? begin(null)
                        : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<CreateMultipartUploadResponse> begin(ChecksumAlgorithm checksums) {
        return client.createMultipartUpload(request -> bucket.options()
                .apply(request)
                .bucket(bucket.name())
                .key(object.key())
                .metadata(object.metadata())
                .contentType("application/octet-stream")
                .checksumAlgorithm(checksums));
    }

    private Uni<List<Part>> sendParts(String uploadId, boolean checksums) {
        int count = Math.toIntExact((content.length() + partSize - 1) / partSize);
        return Multi.createFrom()
                .range(1, count + 1)
                .onItem()
                .transformToUni(number -> {
                    long offset = (number - 1) * partSize;
                    long length = Math.min(partSize, content.length() - offset);
                    S3Body body = new S3Body(length, () -> content.read(offset, length), !checksums);
                    // To be sent before the part, which is read once more then, from the page cache.
                    Uni<String> crc32 = checksums
                            ? S3Crc32.of(content.preview().read(offset, length))
                            : Uni.createFrom().nullItem();
                    return crc32.chain(crc -> sendPart(uploadId, number, body, crc));
                })
                .merge(PARTS_UNDER_WAY)
                .collect()
                .asList()
                .invoke(parts -> parts.sort(Comparator.comparing(Part::number)));
    }

    /** @param crc32 for the server to compare, null if the MD5 that it computes is to be compared here */
    private Uni<Part> sendPart(String uploadId, int number, S3Body body, String crc32) {
        return errors.request(
                        "s3:PutObject",
                        () -> unlessCancelled(() -> client.uploadPart(
                                request -> request.bucket(bucket.name())
                                        .key(object.key())
                                        .uploadId(uploadId)
                                        .partNumber(number)
                                        .checksumCRC32(crc32),
                                body)))
                .map(response -> {
                    S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
                    if (crc32 == null && tag.disagreesWith(body.md5())) {
                        throw new StorageException.Corrupt(
                                object.key() + ": the storage computed the MD5 " + tag + " for part " + number
                                        + ", but " + body.md5() + " was sent",
                                null);
                    }
                    if (crc32 != null && !crc32.equals(response.checksumCRC32())) {
                        throw new StorageException.Corrupt(
                                object.key() + ": the storage was to compare the CRC-32 " + crc32 + " of part " + number
                                        + ", and answered " + response.checksumCRC32()
                                        + "; S3_CHECKSUMS=false compares MD5s instead",
                                null);
                    }
                    return new Part(number, response.eTag(), crc32 == null ? body.md5() : crc32);
                });
    }

    private Uni<Void> complete(String uploadId, List<Part> parts, boolean checksums, boolean conditional) {
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
                                                    .checksumCRC32(checksums ? part.checksum() : null)
                                                    .build())
                                            .toList())));
                            return completion.copy();
                        }))
                .onItem()
                .transformToUni(response -> {
                    List<String> sums = parts.stream().map(Part::checksum).toList();
                    String computed = checksums ? response.checksumCRC32() : response.eTag();
                    boolean disagrees = checksums
                            ? S3Crc32.disagrees(computed, sums)
                            : new S3EntityTag(computed, response.serverSideEncryption()).disagreesWith(sums);
                    return disagrees
                            ? bucket.discard(
                                    object.key(),
                                    "the storage computed " + computed + " of its parts, which are others")
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

    /** After the failure of what was begun; an upload whose beginning is not answered yet is aborted once it is. */
    private Uni<Void> abortAfter(CompletableFuture<CreateMultipartUploadResponse> created) {
        Uni<Void> aborted = abort(created);
        if (created.isDone()) {
            return aborted;
        }
        aborted.subscribe().with(done -> {});
        return Uni.createFrom().voidItem();
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
