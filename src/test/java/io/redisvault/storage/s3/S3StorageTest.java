package io.redisvault.storage.s3;

import io.redisvault.config.HttpProxy;
import io.redisvault.servers.S3Server;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorageContract;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;

/**
 * Against S3Proxy, or with {@code S3_ENDPOINT}, {@code S3_BUCKET}, {@code AWS_ACCESS_KEY_ID} and
 * {@code AWS_SECRET_ACCESS_KEY} against any server; the bucket must exist. {@code S3_CONDITIONAL_WRITES} is the setting
 * of that name, and {@code STORAGE_LACKS} names what the server cannot do: {@code uploads}, to list incomplete uploads;
 * {@code races}, to let one of several writers win.
 */
public class S3StorageTest extends BackupStorageContract {

    public static final S3Writing.Options PLAIN =
            new S3Writing.Options(Optional.empty(), Optional.empty(), Optional.empty(), true);

    private static final SdkEventLoopGroup LOOPS =
            SdkEventLoopGroup.builder().numberOfThreads(2).build();

    private static final Map<String, String> EXTERNAL = System.getenv();

    private static final Set<String> LACKS =
            Set.of(EXTERNAL.getOrDefault("STORAGE_LACKS", "").split(" "));

    private static S3Server server;
    private static S3AsyncClient client;
    private static String bucket;
    private static BackupStorage storage;

    @BeforeAll
    static void start() {
        if (EXTERNAL.containsKey("S3_ENDPOINT")) {
            bucket = external("S3_BUCKET");
            client = client(
                    URI.create(external("S3_ENDPOINT")),
                    external("AWS_ACCESS_KEY_ID"),
                    external("AWS_SECRET_ACCESS_KEY"));
        } else {
            server = S3Server.start();
            bucket = server.bucket();
            client = client(server.endpoint(), server.accessKey(), server.secretKey());
        }
        boolean conditionalWrites = Boolean.parseBoolean(EXTERNAL.getOrDefault("S3_CONDITIONAL_WRITES", "true"));
        storage = storage(
                client,
                bucket,
                new S3Writing.Options(Optional.empty(), Optional.empty(), Optional.empty(), conditionalWrites));
    }

    private static String external(String variable) {
        return Objects.requireNonNull(EXTERNAL.get(variable), variable + " must be set, too");
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    public static S3AsyncClient client(URI endpoint, String accessKey, String secretKey) {
        return client(endpoint, credentials(accessKey, secretKey));
    }

    static AwsCredentialsProvider credentials(String accessKey, String secretKey) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }

    static S3AsyncClient client(URI endpoint, AwsCredentialsProvider credentials) {
        return client(endpoint, credentials, Map.of());
    }

    /** As Quarkus configures it for an endpoint that is not Amazon's. */
    @SuppressWarnings("deprecation")
    static S3AsyncClient client(URI endpoint, AwsCredentialsProvider credentials, Map<String, String> environment) {
        return S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.of(EXTERNAL.getOrDefault("AWS_REGION", "us-east-1")))
                .credentialsProvider(credentials)
                .httpClientBuilder(S3Client.transport(LOOPS, HttpProxy.of(endpoint, environment))
                        .connectionAcquisitionTimeout(Duration.ofSeconds(5)))
                .serviceConfiguration(S3Configuration.builder()
                        .checksumValidationEnabled(false)
                        .pathStyleAccessEnabled(true)
                        .build())
                .overrideConfiguration(
                        S3Client.configure(ClientOverrideConfiguration.builder().build()))
                .build();
    }

    public static BackupStorage storage(S3AsyncClient client, String bucket, S3Writing.Options options) {
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
    protected BackupStorage storage() {
        return storage;
    }

    @Override
    protected int unfinished(String prefix) {
        return LACKS.contains("uploads") ? 0 : unfinished(client, bucket, prefix);
    }

    @Override
    protected int partSize() {
        return S3Parts.MIN_SIZE;
    }

    @Override
    protected int manyObjects() {
        return 1100;
    }

    @Override
    protected boolean createOnlyHoldsInRaces() {
        return !LACKS.contains("races");
    }

    /** S3Proxy has shown the hundred. */
    @Override
    protected int cancellations() {
        return server == null ? 40 : 100;
    }

    @Override
    protected boolean abandonUploadOf(String key) {
        if (LACKS.contains("uploads")) {
            return false;
        }
        client.createMultipartUpload(request -> request.bucket(bucket).key(key)).join();
        return true;
    }
}
