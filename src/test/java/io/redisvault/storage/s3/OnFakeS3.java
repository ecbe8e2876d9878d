package io.redisvault.storage.s3;

import io.redisvault.servers.FakeS3;
import io.redisvault.storage.BackupStorage;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A test with a {@link FakeS3} that each of its methods finds empty and as S3 is. */
abstract class OnFakeS3 {

    static FakeS3 server;
    private static S3AsyncClient client;

    final BackupStorage storage = S3StorageTest.storage(client, "bucket", S3StorageTest.PLAIN);

    /** The same with less patience. */
    final BackupStorage impatient = new S3Storage(client, "bucket", S3StorageTest.PLAIN, Duration.ofSeconds(1));

    @BeforeAll
    static void start() {
        server = FakeS3.start();
        client = S3StorageTest.client(server.endpoint(), "key", "secret");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @AfterEach
    void reset() {
        server.reset();
    }
}
