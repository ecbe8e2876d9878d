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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A bucket of Amazon S3, or of a server that speaks its protocol. */
@Singleton
@Identifier("S3")
public final class S3Storage implements BackupStorage {

    private static final int CONCURRENT_REQUESTS = 8;

    private final S3AsyncClient client;
    private final S3Bucket bucket;
    private final S3Errors errors;

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
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        return Uni.createFrom().deferred(() -> new S3Upload(bucket, key, content, metadata).run());
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
        return bucket.head(key);
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        if (length == 0) {
            return head(key).onItem().transformToMulti(head -> Multi.createFrom()
                    .empty());
        }
        return errors.request(
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
    public Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys) {
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
                .transformToUni(upload -> bucket.abort(upload.key(), upload.uploadId()))
                .merge(CONCURRENT_REQUESTS)
                .collect()
                .with(Collectors.summingInt(aborted -> aborted ? 1 : 0));
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
}
