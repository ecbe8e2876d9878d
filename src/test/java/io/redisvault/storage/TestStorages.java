package io.redisvault.storage;

import io.redisvault.servers.GcsServer;
import io.redisvault.servers.S3Server;
import io.redisvault.storage.file.FilesystemStorage;
import io.redisvault.storage.gcs.GcsClient;
import io.redisvault.storage.gcs.GcsStorage;
import io.redisvault.storage.s3.S3StorageTest;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Each kind of storage, for the tests of those who use one. */
public final class TestStorages {

    private TestStorages() {}

    /** @param endpoint of the server, or of what stands before it */
    public static BackupStorage s3(S3Server server, URI endpoint) {
        return S3StorageTest.storage(
                S3StorageTest.client(endpoint, server.accessKey(), server.secretKey()),
                server.bucket(),
                S3StorageTest.PLAIN);
    }

    /** @param endpoint of a {@link GcsServer}, or of what stands before it */
    public static BackupStorage gcs(String bucket, URI endpoint) {
        GcsClient client = new GcsClient(
                new GcsClient.Options(Optional.of(endpoint), true, Optional.empty(), Duration.ofSeconds(5)));
        return new GcsStorage(bucket, client, Infrastructure.getDefaultWorkerPool());
    }

    public static BackupStorage directory(Path root) {
        return new FilesystemStorage(root, Infrastructure.getDefaultWorkerPool());
    }
}
