package io.redisvault.storage.s3;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.Listing;
import io.redisvault.storage.StoredChecksum;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Stores objects in a bucket of Amazon S3 or of a compatible server. */
@Singleton
@Identifier("S3")
public final class S3Storage implements BackupStorage {

    private static final int CONCURRENT_REQUESTS = 8;

    private static final Logger LOG = Logger.getLogger(S3Storage.class);

    private final S3Bucket bucket;
    private final S3Writing writing;
    private final AtomicBoolean listsUploads = new AtomicBoolean(true);

    @Inject
    S3Storage(S3AsyncClient client, VaultConfig config) {
        this(
                client,
                config.storage().bucket().orElseThrow(),
                S3Writing.Options.of(config.storage()),
                config.storage().timeout());
    }

    /** @param silence without bytes after which the client gives up an attempt */
    S3Storage(S3AsyncClient client, String bucket, S3Writing.Options options, Duration silence) {
        this.bucket = new S3Bucket(client, bucket, silence);
        this.writing = new S3Writing(this.bucket, options);
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        return Uni.createFrom().deferred(() -> new S3Upload(writing, key, content, metadata).run());
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        return Listing.pages(
                        (ListObjectsV2Response page) -> bucket.list(next -> next.prefix(prefix)
                                .continuationToken(page == null ? null : page.nextContinuationToken())),
                        ListObjectsV2Response::isTruncated,
                        ListObjectsV2Response::nextContinuationToken)
                .onItem()
                .transformToIterable(ListObjectsV2Response::contents)
                .map(object ->
                        new StoredObject(Listing.requireKey(object.key(), prefix), Listing.requireSize(object.size())));
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return bucket.head(key);
    }

    @Override
    public Uni<Optional<StoredChecksum>> checksum(String key) {
        return bucket.checksum(key);
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        // A range cannot be empty.
        return length == 0
                ? head(key).onItem().transformToMulti(head -> Multi.createFrom().empty())
                : bucket.read(key, offset, length);
    }

    @Override
    public Uni<Void> delete(String key) {
        return bucket.delete(key);
    }

    @Override
    public Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return Listing.pages(
                        (ListMultipartUploadsResponse page) -> bucket.quickRequest(
                                "s3:ListBucketMultipartUploads",
                                s3 -> s3.listMultipartUploads(request -> request.bucket(bucket.name())
                                        .prefix(keyPrefix)
                                        .keyMarker(page == null ? null : page.nextKeyMarker())
                                        .uploadIdMarker(page == null ? null : page.nextUploadIdMarker()))),
                        ListMultipartUploadsResponse::isTruncated,
                        // Amazon sends a marker on the last page, too.
                        page -> !page.isTruncated() || page.nextKeyMarker() == null
                                ? null
                                : page.nextKeyMarker() + "\0" + page.nextUploadIdMarker())
                .onItem()
                .transformToIterable(ListMultipartUploadsResponse::uploads)
                .select()
                .where(upload -> Listing.require(upload.initiated(), "a time").isBefore(olderThan)
                        && keys.test(Listing.require(upload.key(), "a key")))
                .onItem()
                .transformToUni(upload -> bucket.abort(upload.key(), Listing.require(upload.uploadId(), "an id")))
                .merge(CONCURRENT_REQUESTS)
                .collect()
                .with(Collectors.summingInt(aborted -> aborted ? 1 : 0))
                .onFailure(S3Failure::isNotImplemented)
                .recoverWithItem(() -> {
                    if (listsUploads.getAndSet(false)) {
                        LOG.info("the server does not list incomplete uploads, so that none can be removed");
                    }
                    return 0;
                });
    }

    @Override
    public Uni<Void> checkAccess() {
        return bucket.probe().replaceWithVoid();
    }

    /** Uses the header {@code Date} of an answer. */
    @Override
    public Uni<Optional<Instant>> clock() {
        return bucket.probe()
                .map(answer -> answer.sdkHttpResponse()
                        .firstMatchingHeader("Date")
                        .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date))))
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    @Override
    public String url(String key) {
        return bucket.url(key);
    }
}
