package io.redisvault.storage;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Objects in a bucket of Google Cloud Storage. */
final class GcsStorage implements BackupStorage {

    private final String bucket;
    private final GcsClient client;
    private final Executor executor;
    private final SpareBuffers buffers = new SpareBuffers();

    /** @param executor runs the client's calls, all of which block */
    GcsStorage(String bucket, GcsClient client, Executor executor) {
        this.bucket = bucket;
        this.client = client;
        this.executor = executor;
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        return Uni.createFrom().deferred(() -> {
            Upload upload = new GcsUpload(client, id(key), content.length(), metadata, executor);
            return Uploading.of(upload, content, executor);
        });
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        return Pull.from(() -> new GcsListing(client, bucket, prefix), executor);
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return worker("read", url(key), () -> {
            Blob blob = existing(key);
            Map<String, String> metadata = blob.getMetadata();
            return new StoredObject(key, blob.getSize(), metadata == null ? Map.of() : metadata);
        });
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        return Pull.from(() -> open(key, offset, length), executor);
    }

    @Override
    public void recycle(ByteBuffer chunk) {
        buffers.giveBack(chunk);
    }

    @Override
    public Multi<Deletion> delete(Collection<String> keys) {
        return Multi.createFrom()
                .iterable(keys)
                .group()
                .intoLists()
                .of(GcsDeletion.BATCH)
                .onItem()
                .transformToMultiAndConcatenate(
                        batch -> Pull.from(() -> new GcsDeletion(client, bucket, batch), executor));
    }

    /** Nothing to do: uploads that were not finished cannot be listed, and Google removes them after a week. */
    @Override
    public Uni<Integer> removeUnfinished(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return Uni.createFrom().item(0);
    }

    @Override
    public Uni<Void> checkAccess() {
        return worker("list", "gs://" + bucket, () -> {
            try {
                client.storage().list(bucket, BlobListOption.pageSize(1));
                return null;
            } catch (com.google.cloud.storage.StorageException e) {
                if (e.getCode() == 404) {
                    throw new StorageException.NotFound(
                            "There is no bucket '" + bucket + "'; create it or correct GCS_BUCKET", e);
                }
                throw e;
            }
        });
    }

    @Override
    public String url(String key) {
        return id(key).toGsUtilUri();
    }

    private Pull.Source<ByteBuffer> open(String key, long offset, long length) {
        try {
            Blob blob = existing(key);
            if (blob.getSize() < offset + length) {
                throw new StorageException.Corrupt(
                        url(key) + " has " + blob.getSize() + " bytes instead of " + (offset + length), null);
            }
            // Pinned, so that a read that is resumed cannot continue in another object.
            ReadChannel channel = client.storage()
                    .reader(
                            BlobId.of(bucket, key, blob.getGeneration()),
                            BlobSourceOption.shouldReturnRawInputStream(true));
            channel.setChunkSize(0);
            channel.seek(offset);
            channel.limit(offset + length);
            return new ChannelRead(channel, length, buffers, e -> GcsErrors.translate("read", url(key), e));
        } catch (IOException | RuntimeException e) {
            throw GcsErrors.translate("read", url(key), e);
        }
    }

    private Blob existing(String key) {
        Blob blob = client.storage().get(id(key));
        if (blob == null) {
            throw new StorageException.NotFound("There is no object " + url(key), null);
        }
        return blob;
    }

    private BlobId id(String key) {
        return BlobId.of(bucket, key);
    }

    private <T> Uni<T> worker(String action, String url, Supplier<T> call) {
        return Uni.createFrom()
                .item(call)
                .runSubscriptionOn(executor)
                .onFailure(Exception.class)
                .transform(failure -> GcsErrors.translate(action, url, failure));
    }
}
