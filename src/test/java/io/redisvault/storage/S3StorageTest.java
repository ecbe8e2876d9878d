package io.redisvault.storage;

import io.redisvault.servers.S3Server;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;

/** The contract against S3Proxy. */
class S3StorageTest extends BackupStorageContract {

    static final S3Options PLAIN = new S3Options(Optional.empty(), Optional.empty(), Optional.empty(), true);

    private static S3Server server;
    private static S3AsyncClient client;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        client = client(server.endpoint(), server.accessKey(), server.secretKey());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    /** As Quarkus configures it for an endpoint that is not Amazon's. */
    @SuppressWarnings("deprecation")
    static S3AsyncClient client(URI endpoint, String accessKey, String secretKey) {
        return S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .serviceConfiguration(S3Configuration.builder()
                        .checksumValidationEnabled(false)
                        .pathStyleAccessEnabled(true)
                        .build())
                .build();
    }

    static BackupStorage storage(S3AsyncClient client, String bucket, S3Options options) {
        return new S3Storage(client, bucket, options, Duration.ofSeconds(30));
    }

    static int unfinished(S3AsyncClient client, String bucket, String prefix) {
        return client.listMultipartUploads(ListMultipartUploadsRequest.builder()
                        .bucket(bucket)
                        .prefix(prefix)
                        .build())
                .join()
                .uploads()
                .size();
    }

    @Override
    BackupStorage storage() {
        return storage(client, server.bucket(), PLAIN);
    }

    @Override
    int unfinished(String prefix) {
        return unfinished(client, server.bucket(), prefix);
    }

    @Override
    int partSize() {
        return (int) S3Storage.MIN_PART_SIZE;
    }

    @Override
    int manyObjects() {
        return 1100;
    }

    @Override
    boolean abandonUploadOf(String key) {
        client.createMultipartUpload(request -> request.bucket(server.bucket()).key(key))
                .join();
        return true;
    }
}
