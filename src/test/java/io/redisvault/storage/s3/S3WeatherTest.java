package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.Acceptor;
import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.TunnelProxy;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** HTTP as servers and proxies speak it, and what is said where they do not speak it. */
class S3WeatherTest extends OnFakeS3 {

    private static final Map<String, String> FACTS = Map.of("rdb-version", "11", "instance", "4711");
    private static final TestContent SMALL = new TestContent(1, 100_000);
    private static final TestContent IN_PARTS = new TestContent(2, S3Parts.MIN_SIZE + 5L);
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final Duration LONG = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(
            strings = {
                CONTINUE,
                CONTINUE + CONTINUE,
                "HTTP/1.1 100 CONTINUE\r\nDate: Sun, 02 Aug 2020 09:55:11 GMT\r\nConnection: keep-alive\r\n\r\n",
                "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 102 Processing\r\n\r\n" + "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
            })
    void interimAnswersAreIgnored(String interim) {
        server.interim(interim);
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            server.objects().clear();
            put(content);

            assertThat(head()).isEqualTo(new StoredObject("key", content.length(), FACTS));
            assertThat(storage.read("key", 0, content.length())
                            .collect()
                            .asList()
                            .await()
                            .atMost(LONG))
                    .isNotEmpty();
        }
    }

    @Test
    void theEndOfABodyThatAHeadHasNotIsIgnored() {
        server.endsBodiesOfHeads();
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(this::head).isInstanceOf(StorageException.NotFound.class);
        }
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            server.objects().clear();
            put(content);
        }
    }

    @Test
    void anAnswerThatComesTwiceIsNoAnswerToTheNextRequest() {
        server.repeatsItself();
        assertPutFoundAndDeleted();
    }

    @Test
    void noServerIsAskedWhetherItWantsTheBody() {
        put(SMALL);
        server.objects().clear();
        put(IN_PARTS);

        assertThat(server.requests()).noneMatch(request -> request.headers().containsKey("expect"));
    }

    @Test
    void headersAreTheSameInAnyCase() {
        put(SMALL);
        server.answer(
                request -> request.is("HEAD"),
                request -> new Answer(
                        200,
                        Map.of("X-Amz-Meta-Rdb-Version", "11", "X-AMZ-META-INSTANCE", "4711", "Etag", "\"x\""),
                        "x".repeat(100_000)));

        assertThat(head().metadata()).isEqualTo(FACTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: text/html; charset=utf-8 | ''",
                "Content-Type: text/html                | ~ <?xml version=\"1.0\"?>",
                "Content-Encoding: identity             | ~",
                "Last-Modified: yesterday               | ~",
                "Expires: -1                            | ~"
            })
    void whatIsS3IsTakenForItWhateverItsTypeAndWhiteSpace(String header, String before) {
        server.decorate(header + "\r\n", before.replace('~', '\n'));
        assertPutFoundAndDeleted();
    }

    @Test
    void theUnitOfARangeIsTheSameInAnyCase() {
        put(SMALL);
        server.answer(
                request -> request.is("GET"),
                request -> new Answer(
                        206,
                        Map.of("Content-Range", "Bytes 0-" + (SMALL.length() - 1) + "/" + SMALL.length()),
                        server.usual(request).body()));

        assertThat(storage.read("key", 0, SMALL.length())
                        .collect()
                        .asList()
                        .await()
                        .atMost(LONG))
                .isNotEmpty();
    }

    @Test
    void headersThatAreNotAllowedAreNamed() {
        server.decorate("Content-Length: 3\r\n", "");

        assertThatItIsSaid(
                () -> storage.checkAccess().await().atMost(LONG),
                List.of("headers of its answer", "Multiple Content-Length"));
    }

    @Test
    void halfAnObjectThatTheServerKeptIsSentAgain() {
        server.keepsHalves().cutsABodyAfter(1000);

        put(SMALL);

        assertThat(head()).isEqualTo(new StoredObject("key", SMALL.length(), FACTS));
    }

    @Test
    void aServerThatIsBackInTimeGetsTheObject() {
        int[] storm = {7};
        server.answer(
                request -> request.is("PUT") && storm[0]-- > 0,
                request -> Answer.error(500, "InternalError", "One moment"));

        put(SMALL);

        assertThat(storm[0]).isNegative();
    }

    @Test
    void aServerThatRestartsGetsTheObject() throws InterruptedException {
        try (FaultyProxy proxy = FaultyProxy.to(server.endpoint());
                S3AsyncClient through = S3StorageTest.client(proxy.endpoint(), "key", "secret")) {
            proxy.refuse();
            CompletableFuture<StoredObject> put = S3StorageTest.storage(through, "bucket", S3StorageTest.PLAIN)
                    .put("key", IN_PARTS.content(), FACTS)
                    .subscribeAsCompletionStage();
            Thread.sleep(6000);
            proxy.pass();

            assertThat(put).succeedsWithin(LONG);
        }
        assertThat(head()).isEqualTo(new StoredObject("key", IN_PARTS.length(), FACTS));
    }

    @Test
    void aProxyLeadsToTheServerAndInterimAnswersAreIgnoredBehindIt() {
        server.interim(CONTINUE + CONTINUE);
        try (TunnelProxy proxy = TunnelProxy.forUser("user:geheim")) {
            Map<String, String> environment =
                    Map.of("HTTP_PROXY", proxy.uriOfUser().toString());
            try (S3AsyncClient through =
                    S3StorageTest.client(server.endpoint(), S3StorageTest.credentials("key", "secret"), environment)) {
                S3StorageTest.storage(through, "Bucket_With_Capitals", S3StorageTest.PLAIN)
                        .put("key", SMALL.content(), FACTS)
                        .await()
                        .atMost(LONG);
            }
            assertThat(proxy.tunnels())
                    .contains("127.0.0.1:" + server.endpoint().getPort());
        }
        assertThat(head()).isEqualTo(new StoredObject("key", SMALL.length(), FACTS));
    }

    @Test
    void aMissingObjectIsDeleted() {
        server.answer(request -> request.is("DELETE"), request -> Answer.error(404, "NoSuchKey", "No"));

        assertThat(storage.delete(List.of("key")).toUni().await().atMost(LONG).succeeded())
                .isTrue();
    }

    @Test
    void aMuteRefusalIsExplained() {
        server.answer(request -> request.is("HEAD"), request -> new Answer(400, Map.of(), ""));
        server.answer(
                request -> request.is("GET"),
                request -> Answer.error(
                        400,
                        "AuthorizationHeaderMalformed",
                        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"));

        assertThatThrownBy(this::head).hasMessageContaining("region eu-west-1").hasMessageContaining("AWS_REGION");
    }

    static List<Arguments> errors() {
        String token = "X-Amz-Signature=0123abcd&X-Amz-Security-Token=geheim";
        return List.of(
                error(
                        new Answer(301, Map.of("Location", "https://other.example:9/key?" + token), "<html>"),
                        "https://other.example:9",
                        "S3_ENDPOINT"),
                error(
                        new Answer(308, Map.of("Location", "http://name@127.0.0.1:9000/s3/bucket/key?" + token), ""),
                        "sends us on to http://127.0.0.1:9000/s3/bucket/key;",
                        "set S3_ENDPOINT to the server's own address, http://127.0.0.1:9000/s3"),
                error(new Answer(307, Map.of("Location", "/other/key"), "<html>"), "/other/key", "S3_ENDPOINT"),
                error(
                        new Answer(
                                307,
                                Map.of("Location", "https://bucket.s3-us-west-2.amazonaws.com/key"),
                                "<Error><Code>TemporaryRedirect</Code></Error>"),
                        "region us-west-2",
                        "AWS_REGION"),
                error(
                        Answer.error(301, "PermanentRedirect", "Use the endpoint"),
                        "bucket 'bucket' is elsewhere",
                        "Use the"),
                error(
                        new Answer(301, Map.of("x-amz-bucket-region", "eu-west-1"), ""),
                        "region eu-west-1",
                        "AWS_REGION"),
                error(Answer.error(403, "QuotaExceeded", "Bucket quota exceeded"), "Bucket quota exceeded", "quota"),
                error(
                        Answer.error(507, "XMinioStorageFull", "Storage backend is full"),
                        "Storage backend is full",
                        "507"),
                error(
                        new Answer(413, Map.of("Content-Type", "text/html"), "<html><h1>413</h1></html>"),
                        "413",
                        "takes no requests of this size"),
                error(
                        new Answer(404, Map.of("Content-Type", "text/html"), "<html>nothing</html>"),
                        "web page",
                        "S3_ENDPOINT"),
                error(new Answer(200, Map.of(), "\n<!DOCTYPE html>"), "web page", "S3_ENDPOINT"),
                error(
                        new Answer(200, Map.of("Content-Type", "text/html"), "<html><p>Hello</p></html>"),
                        "web page",
                        "S3_ENDPOINT"),
                error(
                        Answer.error(403, "AccessDenied", "Denied: https://s3.example/key?" + token + " for you"),
                        "s3:PutObject",
                        "Denied"),
                error(Answer.error(400, "Strange", "java.lang.IllegalStateException: " + token), "400 Strange"));
    }

    private static Arguments error(Answer answer, String... words) {
        return Arguments.of(answer, List.of(words));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorIsSaidInOneLineWithItsCause(Answer answer, List<String> words) {
        server.answer(request -> request.is("PUT"), request -> answer);

        assertThatItIsSaid(() -> put(SMALL), words);
        assertThatItIsSaid(() -> put(IN_PARTS), words);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void aRedirectIsSaidInOneLineWhateverWasAskedFor(int status) {
        Answer redirect =
                new Answer(status, Map.of("Location", "http://127.0.0.1:9/bucket/key?X-Amz-Signature=0123abcd"), "");
        put(SMALL);
        for (String method : List.of("HEAD", "GET", "POST", "DELETE")) {
            server.answer(request -> request.is(method), request -> redirect);
        }
        List<String> words =
                List.of("S3 answered " + status, "sends us on to http://127.0.0.1:9/bucket/key; set S3_ENDPOINT");

        assertThatItIsSaid(this::head, words);
        assertThatItIsSaid(() -> storage.checkAccess().await().atMost(LONG), words);
        assertThatItIsSaid(
                () -> storage.read("key", 0, 1).collect().asList().await().atMost(LONG), words);
        assertThatItIsSaid(() -> put(IN_PARTS), words);
        assertThatItIsSaid(
                () -> {
                    throw storage.delete(List.of("key"))
                            .toUni()
                            .await()
                            .atMost(LONG)
                            .failure()
                            .orElseThrow();
                },
                words);
    }

    static List<Arguments> places() {
        return List.of(
                Arguments.of(
                        (Function<Integer, String>) port -> "http://no.such.host.invalid",
                        List.of("cannot be resolved", "no.such.host.invalid", "S3_ENDPOINT")),
                Arguments.of(
                        (Function<Integer, String>) port -> "http://127.0.0.1:1",
                        List.of("Connection refused", "127.0.0.1:1", "S3_ENDPOINT")),
                Arguments.of(
                        (Function<Integer, String>) port -> "https://127.0.0.1:" + port,
                        List.of("does not speak TLS", "use http://", "S3_ENDPOINT")));
    }

    @ParameterizedTest
    @MethodSource("places")
    void aPlaceWithoutS3IsSaidInOneLine(Function<Integer, String> place, List<String> words) {
        URI endpoint = URI.create(place.apply(server.endpoint().getPort()));
        try (S3AsyncClient other = S3StorageTest.client(endpoint, "key", "secret")) {
            BackupStorage storage = S3StorageTest.storage(other, "bucket", S3StorageTest.PLAIN);
            assertThatItIsSaid(() -> storage.checkAccess().await().atMost(LONG), words);
        }
    }

    @Test
    void aPlaceWhereNothingIsFoundIsSaidWithTheSettings() {
        server.answer(request -> request.is("GET"), request -> new Answer(404, Map.of(), ""));

        assertThatItIsSaid(
                () -> storage.checkAccess().await().atMost(LONG),
                List.of("S3 answered 404: there is no bucket 'bucket', or no S3 server", "S3_ENDPOINT"));
    }

    @Test
    void missingCredentialsAreSaidInOneSentence() {
        try (S3AsyncClient without = S3StorageTest.client(server.endpoint(), () -> {
            throw SdkClientException.create("Unable to load credentials from any of the providers in the chain"
                    + " AwsCredentialsProviderChain(credentialsProviders=[SystemPropertyCredentialsProvider()])");
        })) {
            assertThatItIsSaid(
                    () -> S3StorageTest.storage(without, "bucket", S3StorageTest.PLAIN)
                            .checkAccess()
                            .await()
                            .atMost(LONG),
                    List.of("no AWS credentials: give the pod a role, or set AWS_ACCESS_KEY_ID and"));
        }
    }

    @Test
    void aServerThatSpeaksTlsOnlyIsSaidInOneLine() {
        try (Acceptor tls = Acceptor.start(client -> {
                    client.getInputStream().read(new byte[10_000]);
                    client.getOutputStream().write(new byte[] {0x15, 3, 3, 0, 2, 2, 70});
                });
                S3AsyncClient other = S3StorageTest.client(tls.uri(), "key", "secret")) {
            BackupStorage storage = S3StorageTest.storage(other, "bucket", S3StorageTest.PLAIN);
            assertThatItIsSaid(() -> storage.checkAccess().await().atMost(LONG), List.of("https://", "S3_ENDPOINT"));
        }
    }

    private static void assertThatItIsSaid(Runnable request, List<String> words) {
        assertThatThrownBy(request::run).isInstanceOf(StorageException.class).satisfies(failure -> assertThat(
                        failure.getMessage())
                .contains(words)
                .doesNotContain("geheim", "0123abcd", "Service: S3", "SDK Attempt")
                .doesNotContainPattern("[\\n\\r]|\\w+Exception|Provider|software\\.|java\\.|netty"));
    }

    /** Each of two objects is missing, is put, found by its head and in the list, and deleted. */
    private void assertPutFoundAndDeleted() {
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            assertThatThrownBy(this::head).isInstanceOf(StorageException.NotFound.class);
            put(content);

            assertThat(head()).isEqualTo(new StoredObject("key", content.length(), FACTS));
            assertThat(storage.list("k").collect().asList().await().atMost(LONG))
                    .hasSize(1);
            assertThat(storage.delete(List.of("key"))
                            .toUni()
                            .await()
                            .atMost(LONG)
                            .succeeded())
                    .isTrue();
        }
    }

    private void put(TestContent content) {
        storage.put("key", content.content(), FACTS).await().atMost(LONG);
    }

    private StoredObject head() {
        return storage.head("key").await().atMost(LONG);
    }
}
