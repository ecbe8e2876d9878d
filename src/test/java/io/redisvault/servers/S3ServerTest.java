package io.redisvault.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What {@link S3Server} claims of S3Proxy. */
class S3ServerTest {

    private static final int MIB = 1024 * 1024;
    private static S3Server server;
    private static S3AsyncClient s3;

    @BeforeAll
    static void startServer() {
        server = S3Server.start("tests", "other-bucket");
        s3 = client(server.secretKey());
    }

    private static S3AsyncClient client(String secretKey) {
        return S3AsyncClient.builder()
                .endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.of(server.region()))
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(server.accessKey(), secretKey)))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().connectionTimeout(Duration.ofSeconds(2)))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build();
    }

    @AfterAll
    static void stopServer() {
        s3.close();
        server.close();
    }

    @AfterEach
    void empty() throws Exception {
        for (String key : server.keys()) {
            Files.delete(server.file(key));
        }
    }

    @Test
    void keepsObjectsAsFilesWithTheirMetadata() throws Exception {
        byte[] content = content(100_000);
        get(() -> s3.putObject(
                b -> b.bucket("tests")
                        .key("a/b_2024-12-01T14:30:22Z.rdb")
                        .metadata(Map.of("crc64", "e9c6d914c4b8d9ca")),
                AsyncRequestBody.fromBytes(content)));

        assertThat(server.keys()).containsExactly("a/b_2024-12-01T14:30:22Z.rdb");
        assertThat(Files.readAllBytes(server.file("a/b_2024-12-01T14:30:22Z.rdb")))
                .isEqualTo(content);
        HeadObjectResponse head = get(() -> s3.headObject(b -> b.bucket("tests").key("a/b_2024-12-01T14:30:22Z.rdb")));
        assertThat(head.contentLength()).isEqualTo(100_000);
        assertThat(head.metadata()).isEqualTo(Map.of("crc64", "e9c6d914c4b8d9ca"));
        assertThat(get(() -> s3.listObjectsV2(b -> b.bucket("other-bucket"))).contents())
                .isEmpty();
    }

    @Test
    void createsOnlyWithIfNoneMatch() {
        put("once", "first");
        assertThatThrownBy(() -> get(() -> s3.putObject(
                        b -> b.bucket("tests").key("once").ifNoneMatch("*"), AsyncRequestBody.fromString("second"))))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        assertThat(read("once")).isEqualTo("first".getBytes());
        assertThat(server.keys()).containsExactly("once");
    }

    @Test
    void completesAMultipartUploadOnlyWithIfNoneMatch() {
        byte[] content = content(11 * MIB);
        String first = begin("big.rdb");
        String second = begin("big.rdb");
        List<CompletedPart> parts = upload("big.rdb", first, content);
        List<CompletedPart> again = upload("big.rdb", second, content);
        assertThat(server.keys()).isEmpty();
        assertThat(server.unfinishedUploads()).containsExactly("big.rdb", "big.rdb");

        complete("big.rdb", first, parts);
        assertThat(server.keys()).containsExactly("big.rdb");
        assertThat(server.unfinishedUploads()).containsExactly("big.rdb");
        HeadObjectResponse head = get(() -> s3.headObject(b -> b.bucket("tests").key("big.rdb")));
        assertThat(head.metadata()).isEqualTo(Map.of("kept", "yes"));
        assertThat(head.eTag()).endsWith("-3\"");

        // A repeated completion finds its own object, and is no conflict.
        complete("big.rdb", first, parts);
        assertThatThrownBy(() -> complete("big.rdb", second, again))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        get(() -> s3.abortMultipartUpload(b -> b.bucket("tests").key("big.rdb").uploadId(second)));
        assertThat(server.unfinishedUploads()).isEmpty();
        assertThat(server.keptParts()).isZero();
        assertThat(Arrays.equals(read("big.rdb"), content)).isTrue();
    }

    @Test
    void listsUnfinishedUploads() {
        String upload = begin("p/big.rdb");
        upload("p/big.rdb", upload, content(6 * MIB));

        assertThat(get(() -> s3.listMultipartUploads(b -> b.bucket("tests"))).uploads())
                .extracting(MultipartUpload::key, MultipartUpload::uploadId)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("p/big.rdb", upload));
        assertThat(server.unfinishedUploads()).containsExactly("p/big.rdb");
        assertThat(server.keptParts()).isEqualTo(2);

        get(() ->
                s3.abortMultipartUpload(b -> b.bucket("tests").key("p/big.rdb").uploadId(upload)));
        assertThat(server.unfinishedUploads()).isEmpty();
        assertThat(server.keptParts()).isZero();
    }

    @Test
    void checksTheChecksumsOfRequests() {
        get(() -> s3.putObject(
                b -> b.bucket("tests").key("checked").checksumAlgorithm(ChecksumAlgorithm.CRC32_C),
                AsyncRequestBody.fromString("content")));
        assertThatThrownBy(() -> get(() -> s3.putObject(
                        b -> b.bucket("tests").key("wrong").checksumCRC32C("AAAAAA=="),
                        AsyncRequestBody.fromString("content"))))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(400));
        assertThat(server.keys()).containsExactly("checked");
        assertThat(get(() -> s3.headObject(b -> b.bucket("tests").key("checked").checksumMode(ChecksumMode.ENABLED)))
                        .checksumCRC32C())
                .as("checksums are not kept")
                .isNull();
    }

    @Test
    void listsInPages() throws Exception {
        for (int i = 0; i < 1050; i++) {
            Files.writeString(server.file("k%04d".formatted(i)), "");
        }
        var page = get(() -> s3.listObjectsV2(b -> b.bucket("tests")));
        assertThat(page.contents()).hasSize(1000);
        assertThat(page.isTruncated()).isTrue();
        var rest = get(() -> s3.listObjectsV2(b -> b.bucket("tests").continuationToken(page.nextContinuationToken())));
        assertThat(rest.contents()).hasSize(50);
    }

    @Test
    void refusesAWrongSecret() {
        try (S3AsyncClient stranger = client("wrong")) {
            assertThatThrownBy(() -> get(() -> stranger.listObjectsV2(b -> b.bucket("tests"))))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
        }
    }

    @Test
    void comesBackAfterAnOutage() {
        put("before", "x");
        int port = server.port();
        server.stop();
        assertThatThrownBy(() -> put("during", "x")).isInstanceOf(SdkClientException.class);
        server.restart();
        assertThat(server.port()).isEqualTo(port);
        put("after", "x");
        assertThat(server.keys()).containsExactly("after", "before");
    }

    private static void put(String key, String content) {
        get(() -> s3.putObject(b -> b.bucket("tests").key(key).ifNoneMatch("*"), AsyncRequestBody.fromString(content)));
    }

    private static byte[] read(String key) {
        return get(() -> s3.getObject(b -> b.bucket("tests").key(key), AsyncResponseTransformer.toBytes()))
                .asByteArray();
    }

    private static String begin(String key) {
        return get(() ->
                        s3.createMultipartUpload(b -> b.bucket("tests").key(key).metadata(Map.of("kept", "yes"))))
                .uploadId();
    }

    private static List<CompletedPart> upload(String key, String upload, byte[] content) {
        int parts = (content.length + 5 * MIB - 1) / (5 * MIB);
        CompletedPart[] completed = new CompletedPart[parts];
        for (int i = 0; i < parts; i++) {
            int number = i + 1;
            int offset = i * 5 * MIB;
            ByteBuffer part = ByteBuffer.wrap(content, offset, Math.min(5 * MIB, content.length - offset));
            String eTag = get(() -> s3.uploadPart(
                            b -> b.bucket("tests").key(key).uploadId(upload).partNumber(number),
                            AsyncRequestBody.fromRemainingByteBuffer(part)))
                    .eTag();
            completed[i] = CompletedPart.builder().partNumber(number).eTag(eTag).build();
        }
        return Arrays.asList(completed);
    }

    private static void complete(String key, String upload, List<CompletedPart> parts) {
        get(() -> s3.completeMultipartUpload(b ->
                b.bucket("tests").key(key).uploadId(upload).ifNoneMatch("*").multipartUpload(m -> m.parts(parts))));
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private static <T> T get(Supplier<CompletableFuture<T>> request) {
        try {
            return request.get().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
