package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** A bucket of Amazon S3, or of a server that speaks its protocol. */
final class S3Storage implements BackupStorage {

    /** Objects up to this size go in one request; also the smallest part, a multiple of S3's minimum of 5 MiB. */
    static final long MIN_PART_SIZE = 8L << 20;

    private static final int CONCURRENT_REQUESTS = 8;

    private static final Logger LOG = Logger.getLogger(S3Storage.class);

    private final S3AsyncClient client;
    private final String bucket;
    private final S3Options options;
    private final S3Errors errors;
    private volatile boolean conditionalWrites;

    /** @param silence after which the client gives up an attempt */
    S3Storage(S3AsyncClient client, String bucket, S3Options options, Duration silence) {
        this.client = client;
        this.bucket = bucket;
        this.options = options;
        this.conditionalWrites = options.conditionalWrites();
        this.errors = new S3Errors(bucket, silence);
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        StoredObject object = new StoredObject(key, content.length(), metadata);
        return Uni.createFrom().deferred(() -> {
            // The client wraps what a body fails with, and only sometimes as its cause.
            ContentFailure contentFailure = new ContentFailure();
            return upload(object, contentFailure.watch(content))
                    .onFailure()
                    .transform(contentFailure::orElse)
                    .onFailure(failure ->
                            failure instanceof StorageException && !(failure instanceof StorageException.Corrupt))
                    .recoverWithUni(failure -> acceptIfOwn(object, failure))
                    .replaceWith(object);
        });
    }

    private Uni<Void> upload(StoredObject object, Content content) {
        if (!conditionalWrites) {
            return requireFree(object.key()).onItem().transformToUni(free -> send(object, content, false));
        }
        return send(object, content, true).onFailure(S3Errors::isNotImplemented).recoverWithUni(failure -> {
            LOG.warnf(
                    "%s; the server lacks conditional writes, from now on each write is preceded by a look",
                    failure.getMessage());
            conditionalWrites = false;
            return upload(object, content);
        });
    }

    private Uni<Void> requireFree(String key) {
        return head(key)
                .onItem()
                .<Void>transformToUni(found ->
                        Uni.createFrom().failure(new StorageException.AlreadyExists(url(key) + " exists", null)))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    private Uni<Void> send(StoredObject object, Content content, boolean conditional) {
        return content.length() <= MIN_PART_SIZE
                ? putAtOnce(object, content, conditional)
                : new S3MultipartUpload(client, bucket, options, errors, object, content).run(conditional);
    }

    private Uni<Void> putAtOnce(StoredObject object, Content content, boolean conditional) {
        S3Body body = new S3Body(content.length(), content::read);
        CompletableFuture<PutObjectResponse> put = client.putObject(
                request -> options.apply(request)
                        .bucket(bucket)
                        .key(object.key())
                        .metadata(object.metadata())
                        .contentType("application/octet-stream")
                        .ifNoneMatch(conditional ? "*" : null),
                body);
        // A copy, so that cancelling leaves it to us what becomes of the request.
        return request("s3:PutObject", put::copy)
                .onItem()
                .transformToUni(response -> body.matches(response.eTag(), response.serverSideEncryption())
                        ? Uni.createFrom().voidItem()
                        : discard(
                                object.key(),
                                "the storage computed the MD5 " + response.eTag() + " for " + object.key() + ", but "
                                        + body.md5() + " was sent"))
                .onCancellation()
                .call(() -> takeBack(object.key(), put, body));
    }

    private Uni<Void> takeBack(String key, CompletableFuture<PutObjectResponse> put, S3Body body) {
        if (body.stop()) {
            put.cancel(true);
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(put::copy)
                .onItem()
                .transformToUni(stored -> deleteOne(key))
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    /** The answer to a request can be lost after the storage has done what it asked; a retry then meets its object. */
    private Uni<Void> acceptIfOwn(StoredObject object, Throwable failure) {
        return head(object.key())
                .map(found -> found.equals(object) && !object.metadata().isEmpty())
                .onFailure()
                .recoverWithItem(false)
                .onItem()
                .transformToUni(own ->
                        own ? Uni.createFrom().voidItem() : Uni.createFrom().failure(failure));
    }

    private Uni<Void> discard(String key, String reason) {
        return deleteOne(key).onItem().transformToUni(deletion -> Uni.createFrom()
                .failure(new StorageException.Corrupt(
                        reason + (deletion.succeeded() ? "; deleted it again" : "; DELETE IT: deleting failed"),
                        deletion.failure().orElse(null))));
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        return Multi.createFrom()
                .deferred(() -> Multi.createFrom()
                        .publisher(AdaptersToFlow.publisher(client.listObjectsV2Paginator(
                                request -> request.bucket(bucket).prefix(prefix)))))
                .onItem()
                .transformToIterable(page -> page.contents())
                .map(object -> new StoredObject(object.key(), object.size()))
                .onFailure()
                .transform(failure -> errors.translate("s3:ListBucket", failure));
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return errors.quickRequest(
                        "s3:GetObject",
                        () -> client.headObject(
                                request -> request.bucket(bucket).key(key)))
                .map(head -> new StoredObject(key, head.contentLength(), head.metadata()));
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        if (length == 0) {
            return head(key).onItem().transformToMulti(head -> Multi.createFrom()
                    .empty());
        }
        return request(
                        "s3:GetObject",
                        () -> client.getObject(
                                request -> request.bucket(bucket)
                                        .key(key)
                                        .range("bytes=" + offset + "-" + (offset + length - 1)),
                                AsyncResponseTransformer.toPublisher()))
                .onItem()
                .transformToMulti(body -> Multi.createFrom().publisher(AdaptersToFlow.publisher(body)))
                .onFailure()
                .transform(failure -> errors.translate("s3:GetObject", failure))
                .plug(bytes -> ExactLength.of(bytes, length, key));
    }

    @Override
    public Multi<Deletion> delete(Collection<String> keys) {
        return Multi.createFrom()
                .iterable(keys)
                .onItem()
                .transformToUni(this::deleteOne)
                .merge(CONCURRENT_REQUESTS);
    }

    /** One by one: some servers lack the batch call, and its checksum header cannot be turned off. */
    private Uni<Deletion> deleteOne(String key) {
        return errors.quickRequest(
                        "s3:DeleteObject",
                        () -> client.deleteObject(
                                request -> request.bucket(bucket).key(key)))
                .map(response -> Deletion.done(key))
                .onFailure(StorageException.class)
                .recoverWithItem(failure -> Deletion.failed(key, failure));
    }

    @Override
    public Uni<Integer> removeUnfinished(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return Multi.createFrom()
                .deferred(() -> Multi.createFrom()
                        .publisher(AdaptersToFlow.publisher(client.listMultipartUploadsPaginator(
                                        request -> request.bucket(bucket).prefix(keyPrefix))
                                .uploads())))
                .onFailure()
                .transform(failure -> errors.translate("s3:ListBucketMultipartUploads", failure))
                .select()
                .where(upload -> upload.initiated().isBefore(olderThan) && keys.test(upload.key()))
                .onItem()
                .transformToUni(this::abort)
                .merge(CONCURRENT_REQUESTS)
                .collect()
                .with(Collectors.summingInt(one -> one));
    }

    private Uni<Integer> abort(MultipartUpload upload) {
        return errors.quickRequest(
                        "s3:AbortMultipartUpload",
                        () -> client.abortMultipartUpload(request ->
                                request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId())))
                .map(response -> 1)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(0);
    }

    @Override
    public Uni<Void> checkAccess() {
        return errors.quickRequest(
                        "s3:ListBucket",
                        () -> client.listObjectsV2(
                                request -> request.bucket(bucket).maxKeys(1)))
                .replaceWithVoid();
    }

    @Override
    public String url(String key) {
        return "s3://" + bucket + "/" + key;
    }

    private <T> Uni<T> request(String permission, Supplier<CompletableFuture<T>> call) {
        return errors.request(permission, call);
    }
}
