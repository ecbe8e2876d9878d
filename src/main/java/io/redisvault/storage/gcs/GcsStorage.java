package io.redisvault.storage.gcs;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage.BlobListOption;
import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.Deletion;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Objects in a bucket of Google Cloud Storage. */
@Singleton
@Identifier("GCS")
public final class GcsStorage implements BackupStorage {

    private final String bucket;
    private final GcsClient client;
    private final Executor executor;

    @Inject
    GcsStorage(VaultConfig config) {
        this(
                config.storage().bucket().orElseThrow(),
                new GcsClient(
                        config.storage().projectId(),
                        config.storage().endpoint(),
                        config.storage().timeout()),
                Infrastructure.getDefaultWorkerPool());
    }

    /** @param executor runs the client's calls, all of which block */
    public GcsStorage(String bucket, GcsClient client, Executor executor) {
        this.bucket = bucket;
        this.client = client;
        this.executor = executor;
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public Multi<Deletion> delete(Collection<String> keys) {
        throw new UnsupportedOperationException();
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
