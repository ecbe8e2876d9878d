package io.redisvault.storage.s3;

import io.redisvault.servers.S3Mock;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorageContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The contract against S3Mock, which was written by others than S3Proxy. */
class S3MockStorageTest extends BackupStorageContract {

    private static S3Mock server;
    private static S3AsyncClient client;
    private static BackupStorage storage;

    @BeforeAll
    static void start() {
        server = S3Mock.start();
        client = S3StorageTest.client(server.endpoint(), "any", "any");
        storage = S3StorageTest.storage(client, server.bucket(), S3StorageTest.PLAIN);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Override
    protected BackupStorage storage() {
        return storage;
    }

    @Override
    protected int unfinished(String prefix) {
        return S3StorageTest.unfinished(client, server.bucket(), prefix);
    }

    @Override
    protected int partSize() {
        return S3Parts.MIN_SIZE;
    }

    /** S3Mock looks whether the key is free, and then writes: two at the same time both find it free. */
    @Override
    protected boolean createOnlyHoldsInRaces() {
        return false;
    }

    /** S3Mock is slow; S3Proxy has shown the hundred. */
    @Override
    protected int cancellations() {
        return 40;
    }

    @Override
    protected boolean abandonUploadOf(String key) {
        client.createMultipartUpload(request -> request.bucket(server.bucket()).key(key))
                .join();
        return true;
    }
}
