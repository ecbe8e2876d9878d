package io.redisvault.storage;

import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Selects the storage by its type; only that one's client is ever created. */
@ApplicationScoped
class StorageProducer {

    @Produces
    @Singleton
    BackupStorage select(VaultConfig config, Instance<S3AsyncClient> s3) {
        VaultConfig.Storage storage = config.storage();
        return switch (storage.type()) {
            case S3 ->
                new S3Storage(s3.get(), storage.bucket().orElseThrow(), S3Options.of(storage), storage.timeout());
            case GCS ->
                new GcsStorage(
                        storage.bucket().orElseThrow(),
                        new GcsClient(storage.projectId(), storage.endpoint(), storage.timeout()),
                        Infrastructure.getDefaultWorkerPool());
            case FILESYSTEM ->
                new FilesystemStorage(storage.path().orElseThrow(), Infrastructure.getDefaultWorkerPool());
        };
    }
}
