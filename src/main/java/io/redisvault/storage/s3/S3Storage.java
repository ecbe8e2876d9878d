package io.redisvault.storage.s3;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.Deletion;
import io.redisvault.storage.ExactLength;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
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
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** A bucket of Amazon S3, or of a server that speaks its protocol. */
@Singleton
@Identifier("S3")
public final class S3Storage implements BackupStorage {

    /** Objects up to this size go in one request; also the smallest part, a multiple of S3's minimum of 5 MiB. */
    static final long MIN_PART_SIZE = 8L << 20;

    private static final int CONCURRENT_REQUESTS = 8;

    private static final Logger LOG = Logger.getLogger(S3Storage.class);

    private final S3AsyncClient client;
    private final S3Bucket bucket;
    private final S3Errors errors;
    private volatile boolean conditionalWrites;

    @Inject
    S3Storage(S3AsyncClient client, VaultConfig config) {
        this(
                client,
                config.storage().bucket().orElseThrow(),
                S3Options.of(config.storage()),
                config.storage().timeout());
    }

    /** @param silence after which the client gives up an attempt */
    S3Storage(S3AsyncClient client, String bucket, S3Options options, Duration silence) {
        this.client = client;
        this.errors = new S3Errors(bucket, silence);
        this.bucket = new S3Bucket(client, bucket, options, errors);
        this.conditionalWrites = options.conditionalWrites();
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        throw new UnsupportedOperationException();
    }

    private Uni<Void> upload(StoredObject object, Content content) {
        if (!conditionalWrites) {
            return lookThenSend(object, content);
        }
        // Only if it succeeds without the condition was that what the server lacks.
        return send(object, content, true)
                .onFailure(S3Errors::isNotImplemented)
                .recoverWithUni(failure -> lookThenSend(object, content).invoke(() -> {
                    LOG.warnf(
                            "%s; the server lacks conditional writes, from now on each write is preceded by a look",
                            failure.getMessage());
                    conditionalWrites = false;
                }));
    }

    private Uni<Void> lookThenSend(StoredObject object, Content content) {
        return requireFree(object.key()).onItem().transformToUni(free -> send(object, content, false));
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
        throw new UnsupportedOperationException();
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

    @Override
    public Multi<StoredObject> list(String prefix) {
        return Multi.createFrom()
                .deferred(() -> Multi.createFrom()
                        .publisher(AdaptersToFlow.publisher(client.listObjectsV2Paginator(
                                request -> request.bucket(bucket.name()).prefix(prefix)))))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
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
                                request -> request.bucket(bucket.name()).key(key)))
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
                                request -> request.bucket(bucket.name())
                                        .key(key)
                                        .range("bytes=" + offset + "-" + (offset + length - 1)),
                                new S3ObjectBytes()))
                .onItem()
                .transformToMulti(body -> body)
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
        return bucket.delete(key)
                .map(deleted -> Deletion.done(key))
                .onFailure(StorageException.class)
                .recoverWithItem(failure -> Deletion.failed(key, failure));
    }

    @Override
    public Uni<Integer> removeUnfinished(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return Multi.createFrom()
                .deferred(() -> Multi.createFrom()
                        .publisher(AdaptersToFlow.publisher(client.listMultipartUploadsPaginator(
                                        request -> request.bucket(bucket.name()).prefix(keyPrefix))
                                .uploads())))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
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
                                request.bucket(bucket.name()).key(upload.key()).uploadId(upload.uploadId())))
                .map(response -> 1)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(0);
    }

    @Override
    public Uni<Void> checkAccess() {
        return errors.quickRequest(
                        "s3:ListBucket",
                        () -> client.listObjectsV2(
                                request -> request.bucket(bucket.name()).maxKeys(1)))
                .replaceWithVoid();
    }

    @Override
    public String url(String key) {
        return "s3://" + bucket.name() + "/" + key;
    }

    private <T> Uni<T> request(String permission, Supplier<CompletableFuture<T>> call) {
        return errors.request(permission, call);
    }
}
