package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorage.Deletion;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What is said to servers of all kinds, and how their answers are understood. */
class S3DialectTest {

    /** A request, as {@code METHOD path}, and the answers that a test gives instead of the usual ones. */
    private record Request(String line, Map<String, List<String>> headers, byte[] body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(values -> values.get(0));
        }
    }

    private record Answer(int status, String code, String message) {}

    private static HttpServer server;
    private static S3AsyncClient client;

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private Predicate<Request> refused = request -> false;
    private Answer refusal = new Answer(500, "InternalError", "");
    private String entityTag;
    private boolean checksums;
    private UnaryOperator<String> comparedCrc32 = crc -> crc;
    private String wholeCrc32 = "";
    private byte[] stored = {};

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        client = S3StorageTest.client(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "key", "secret");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop(0);
    }

    @BeforeEach
    void listen() {
        server.createContext("/", this::answer);
    }

    @AfterEach
    void ignore() {
        server.removeContext("/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Request request = new Request(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                Map.copyOf(exchange.getRequestHeaders()),
                body);
        requests.add(request);
        if (refused.test(request)) {
            send(
                    exchange,
                    refusal.status,
                    "<Error><Code>" + refusal.code + "</Code><Message>" + refusal.message + "</Message></Error>");
        } else if (request.line.startsWith("HEAD") && stored.length > 0) {
            exchange.getResponseHeaders().add("Content-Length", "" + stored.length);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        } else if (request.line.startsWith("HEAD")) {
            send(exchange, 404, "");
        } else if (request.line.startsWith("GET")) {
            exchange.sendResponseHeaders(200, stored.length);
            exchange.getResponseBody().write(stored);
            exchange.close();
        } else if (request.line.startsWith("DELETE")) {
            send(exchange, 204, "");
        } else if (request.line.endsWith("?uploads")) {
            if (checksums) {
                exchange.getResponseHeaders().add("x-amz-checksum-algorithm", "CRC32");
            }
            send(
                    exchange,
                    200,
                    "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
        } else {
            request.header("X-amz-checksum-crc32").map(comparedCrc32).ifPresent(crc -> exchange.getResponseHeaders()
                    .add("x-amz-checksum-crc32", crc));
            exchange.getResponseHeaders().add("ETag", '"' + (entityTag == null ? md5(body) : entityTag) + '"');
            send(
                    exchange,
                    200,
                    request.line.startsWith("POST")
                            ? "<CompleteMultipartUploadResult><ETag>e</ETag>" + wholeCrc32
                                    + "</CompleteMultipartUploadResult>"
                            : "");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static String crc32(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex("%08x".formatted(crc.getValue())));
    }

    @Test
    void asksForEncryptionAndStorageClass() {
        S3Writing.Options options =
                new S3Writing.Options(Optional.of("aws:kms"), Optional.of("alias/b"), Optional.of("STANDARD_IA"), true);
        for (long size : new long[] {1000, S3Parts.MIN_SIZE + 1}) {
            put(options, size);
            Request begin = requests.get(0);
            assertThat(begin.header("X-amz-server-side-encryption")).contains("aws:kms");
            assertThat(begin.header("X-amz-server-side-encryption-aws-kms-key-id"))
                    .contains("alias/b");
            assertThat(begin.header("X-amz-storage-class")).contains("STANDARD_IA");
            requests.clear();
        }
    }

    @Test
    void asksNotToReplaceAnObject() {
        put(S3StorageTest.PLAIN, 1000);
        assertThat(requests.get(0).header("If-none-match")).contains("*");
        requests.clear();
        putInParts(S3StorageTest.PLAIN);
        assertThat(requests.get(requests.size() - 1).header("If-none-match")).contains("*");
    }

    @Test
    void looksBeforeItWritesWhereTheServerIsKnownNotToDoSo() {
        put(new S3Writing.Options(Optional.empty(), Optional.empty(), Optional.empty(), false), 1000);
        assertThat(requests).extracting(Request::line).first().asString().startsWith("HEAD");
        assertThat(requests).allMatch(request -> request.header("If-none-match").isEmpty());
    }

    @Test
    void looksBeforeItWritesWhereTheServerSaysThatItCannot() {
        refused = request -> request.header("If-none-match").isPresent();
        refusal = new Answer(501, "NotImplemented", "A header you provided implies functionality that is not there");
        BackupStorage storage = S3StorageTest.storage(client, "bucket", S3StorageTest.PLAIN);
        for (long size : new long[] {1000, S3Parts.MIN_SIZE + 1}) {
            storage.put("key", new TestContent(1, size).content(), Map.of("a", "b"))
                    .await()
                    .indefinitely();
        }
        assertThat(requests).filteredOn(refused).hasSize(1);
        assertThat(requests)
                .filteredOn(request -> request.line.startsWith("HEAD"))
                .hasSize(2);
    }

    @Test
    void aServerThatLacksSomethingElseIsStillAskedNotToReplaceAnObject() {
        refused = request -> request.line.startsWith("PUT");
        refusal = new Answer(501, "NotImplemented", "there is no KMS");
        BackupStorage storage = S3StorageTest.storage(client, "bucket", S3StorageTest.PLAIN);
        Uni<StoredObject> put = storage.put("key", new TestContent(1, 1000).content(), Map.of("a", "b"));
        assertThatThrownBy(() -> put.await().indefinitely()).isInstanceOf(StorageException.class);

        refused = request -> false;
        requests.clear();
        put.await().indefinitely();
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).header("If-none-match")).contains("*");
    }

    @Test
    void aSmallObjectIsAnnouncedByItsMd5() {
        put(S3StorageTest.PLAIN, 1000);
        Request put = requests.get(0);
        assertThat(put.header("Content-md5"))
                .contains(Base64.getEncoder().encodeToString(HexFormat.of().parseHex(md5(put.body))));
    }

    @Test
    void anObjectThatIsNotWhatWasSentIsDeletedAgain() {
        entityTag = "00000000000000000000000000000000";
        stored = new byte[1000];
        assertThatThrownBy(() -> put(S3StorageTest.PLAIN, 1000))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("deleted it again");
        assertThat(requests.get(requests.size() - 1).line).startsWith("DELETE /bucket/key");
    }

    @Test
    void aPartThatIsNotWhatWasSentEndsTheUpload() {
        entityTag = "00000000000000000000000000000000";
        assertThatItsPartsAreCorrupt().hasMessageMatching(".* for part [12], but .* was sent");
        assertThat(requests).extracting(Request::line).contains("DELETE /bucket/key?uploadId=u");
    }

    @Test
    void aServerThatComparesChecksumsGetsThemWithEachPart() {
        checksums = true;
        entityTag = "opaque";
        putInParts(S3StorageTest.PLAIN);
        assertThat(requests.get(0).header("X-amz-checksum-algorithm")).contains("CRC32");
        assertThat(requests)
                .filteredOn(request -> request.line.startsWith("PUT"))
                .allSatisfy(
                        part -> assertThat(part.header("X-amz-checksum-crc32")).contains(crc32(part.body)))
                .hasSize(2);
        assertThat(new String(requests.get(requests.size() - 1).body, StandardCharsets.UTF_8))
                .containsSubsequence("<ChecksumCRC32>", "<PartNumber>1<", "<ChecksumCRC32>", "<PartNumber>2<");
    }

    @Test
    void aServerThatDoesNotMentionChecksumsGetsNone() {
        putInParts(S3StorageTest.PLAIN);
        assertThat(requests)
                .allMatch(request -> request.header("X-amz-checksum-crc32").isEmpty());
    }

    @Test
    void aServerThatRefusesChecksumsIsAskedWithout() {
        refused = request -> request.header("X-amz-checksum-algorithm").isPresent();
        for (Answer answer : List.of(
                new Answer(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-algorithm'"),
                new Answer(501, "NotImplemented", "A header you provided implies functionality that is not there"))) {
            refusal = answer;
            putInParts(S3StorageTest.PLAIN);
            assertThat(requests).filteredOn(refused).hasSize(1);
            assertThat(requests.get(requests.size() - 1).line).isEqualTo("POST /bucket/key?uploadId=u");
            requests.clear();
        }
    }

    @Test
    void aPartWhoseChecksumIsNotConfirmedEndsTheUpload() {
        checksums = true;
        comparedCrc32 = crc -> "AAAAAA==";
        assertThatItsPartsAreCorrupt().hasMessageMatching(".* the CRC-32 AAAAAA== for part [12], but .* was sent");
        assertThat(requests).extracting(Request::line).contains("DELETE /bucket/key?uploadId=u");
    }

    @Test
    void aPartThatArrivedAsAnotherEndsTheUpload() {
        checksums = true;
        refused = request -> request.line.contains("partNumber=2");
        refusal = new Answer(400, "BadDigest", "The checksum you specified did not match what we received");
        assertThatItsPartsAreCorrupt().hasMessageContaining("400 BadDigest: what arrived is not what was sent");
        assertThat(requests).extracting(Request::line).contains("DELETE /bucket/key?uploadId=u");
    }

    @Test
    void aWholeWithAnotherChecksumThanItsPartsIsDeletedAgain() {
        checksums = true;
        wholeCrc32 = "<ChecksumCRC32>AAAAAA==-2</ChecksumCRC32>";
        assertThatItsPartsAreCorrupt().hasMessageContaining("deleted it again");
        assertThat(requests).extracting(Request::line).contains("DELETE /bucket/key");
    }

    @Test
    void aChecksumOfAllBytesSaysNothingOfParts() {
        checksums = true;
        wholeCrc32 = "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>";
        putInParts(S3StorageTest.PLAIN);
        assertThat(requests).extracting(Request::line).noneMatch(line -> line.startsWith("DELETE"));
    }

    @Test
    void anEntityTagThatIsNoMd5ProvesNothing() {
        entityTag = "opaque-1";
        put(S3StorageTest.PLAIN, 1000);
        assertThat(requests).hasSize(1);
    }

    @Test
    void aLockIsNoFailureOfPermission() {
        refused = request -> request.line.startsWith("DELETE");
        refusal = new Answer(403, "AccessDenied", "Access Denied because object protected by object lock.");
        assertThat(deletion().failure()).containsInstanceOf(StorageException.Locked.class);
        refusal = new Answer(400, "ObjectLocked", "Object is WORM protected and cannot be overwritten");
        assertThat(deletion().failure()).containsInstanceOf(StorageException.Locked.class);
        refusal = new Answer(403, "AccessDenied", "Access Denied");
        assertThat(deletion().failure())
                .containsInstanceOf(StorageException.AccessDenied.class)
                .hasValueSatisfying(failure -> assertThat(failure).hasMessageContaining("s3:DeleteObject"));
    }

    private Deletion deletion() {
        return S3StorageTest.storage(client, "bucket", S3StorageTest.PLAIN)
                .delete(List.of("key"))
                .toUni()
                .await()
                .indefinitely();
    }

    private AbstractThrowableAssert<?, ?> assertThatItsPartsAreCorrupt() {
        return assertThatThrownBy(() -> putInParts(S3StorageTest.PLAIN)).isInstanceOf(StorageException.Corrupt.class);
    }

    private void putInParts(S3Writing.Options options) {
        put(options, S3Parts.MIN_SIZE + 1);
    }

    private void put(S3Writing.Options options, long size) {
        S3StorageTest.storage(client, "bucket", options)
                .put("key", new TestContent(1, size).content(), Map.of())
                .await()
                .indefinitely();
    }
}
