package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FakeS3.Request;
import io.redisvault.servers.FakeS3.Stored;
import io.redisvault.storage.BackupStorage.Deletion;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that say something else than is the case. */
class S3WrongAnswersTest extends OnFakeS3 {

    private static final Map<String, String> FACTS = Map.of("instance", "4711");
    private static final TestContent SMALL = new TestContent(1, 100_000);
    private static final TestContent IN_PARTS = new TestContent(2, S3Parts.MIN_SIZE + 5L);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Predicate<Request> DELETE = request -> request.is("DELETE");

    @Test
    void theSizeOfAnObjectIsThatOfTheListingWhereTheAnswerToHeadHasNone() {
        put(SMALL);
        server.objects().put("key2", server.objects().get("key"));
        for (String length : List.of("Content-Length: 0", "Transfer-Encoding: chunked")) {
            server.headsHaveInsteadOfTheirLength(length);

            assertThat(storage.head("key").await().atMost(LONG))
                    .isEqualTo(new StoredObject("key", SMALL.length(), FACTS));
            assertThat(storage.checksum("key").await().atMost(LONG)).isPresent();
        }
    }

    @Test
    void aHeaderThatComesTwiceIsOne() {
        put(SMALL);
        server.decorate("x-amz-meta-instance: 4711\r\nETag: \"" + "0".repeat(32) + "\"\r\n", "");

        assertThat(storage.head("key").await().atMost(LONG).metadata()).isEqualTo(FACTS);
    }

    @Test
    void anObjectWithoutASizeAnywhereIsNotTakenForAnEmptyOne() {
        put(SMALL);
        server.headsHaveInsteadOfTheirLength("Transfer-Encoding: chunked");
        server.answer(
                request -> request.is("GET"),
                request -> Answer.ok("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"));

        assertThatThrownBy(() -> storage.head("key").await().atMost(LONG))
                .isInstanceOf(StorageException.Other.class)
                .hasMessage("S3 does not say the size of key: the answer to HEAD has no Content-Length, and the listing"
                        + " lacks it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<Error><Code>AccessDenied</Code><Message>Not you</Message></Error>",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Not you</Message></Error>",
                "<s:Error xmlns:s='urn:x'><s:Code>AccessDenied</s:Code><s:Message>Not you</s:Message></s:Error>"
            })
    void anErrorInAnAnswerThatSaysSuccessIsNoDeletion(String error) {
        put(SMALL);
        server.answer(DELETE, request -> Answer.ok(error));

        Deletion deletion = delete();

        assertThat(deletion.failure()).hasValueSatisfying(failure -> assertThat(failure)
                .isInstanceOf(StorageException.AccessDenied.class)
                .hasMessageContaining("AccessDenied")
                .hasMessageContaining("Not you"));
    }

    @Test
    void anErrorInAnAnswerThatSaysSuccessIsTriedAgainIfItMayPass() {
        String error = "<Error><Code>SlowDown</Code><Message>Please</Message></Error>";
        server.answer(2, DELETE, request -> Answer.ok(error));
        assertThat(delete().succeeded()).isTrue();

        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            server.answer(2, request -> request.is("PUT"), request -> Answer.ok(error));
            server.answer(2, request -> request.is("POST"), request -> Answer.ok(error));
            server.objects().clear();
            put(content);
            assertThat(server.objects().get("key").bytes()).hasSize((int) content.length());
        }
    }

    @ParameterizedTest
    @CsvSource({"InternalError, InternalError", "AccessDenied, s3:PutObject"})
    void anErrorInAnAnswerThatSaysSuccessIsNoUpload(String code, String said) {
        server.answer(
                request -> request.is("PUT") || request.is("POST") && request.asks("uploadId"),
                request -> new Answer(
                        200, Map.of("ETag", "\"x\""), "<Error><Code>" + code + "</Code><Message>No</Message></Error>"));
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            assertThatThrownBy(() -> impatient
                            .put("key", content.content(), FACTS)
                            .await()
                            .atMost(LONG))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(said);
            assertThat(server.objects()).isEmpty();
            assertThat(server.uploads()).isEmpty();
        }
    }

    @Test
    void anUploadWithoutAnIdBeginsNone() {
        server.answer(
                request -> request.asks("uploads"),
                request -> Answer.ok(
                        "<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>"));

        assertThatItFails(IN_PARTS).hasMessageContaining("its answer has no UploadId");
        assertThat(server.requests()).allMatch(request -> request.asks("uploads"));
    }

    @Test
    void aCompletionWithoutAnETagStoredNothing() {
        server.answer(
                request -> request.is("POST") && request.asks("uploadId"),
                request -> Answer.ok("<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"));

        assertThatItFails(IN_PARTS).hasMessageContaining("its answer has no ETag");
        assertThat(server.uploads()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {304, 412})
    void aRefusedConditionIsKnownByItsStatus(int status) {
        server.objects().put("key", new Stored(new byte[1], Map.of()));
        server.answer(
                request -> request.is("PUT"),
                request ->
                        new Answer(status, Map.of("Content-Type", "text/html"), status == 304 ? "" : "<html></html>"));

        assertThatItFails(SMALL).isInstanceOf(StorageException.AlreadyExists.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429})
    void aProxyThatIsBusyIsAskedAgainAlthoughItAnswersByAPage(int status) {
        server.answer(
                2,
                request -> request.is("PUT"),
                request -> new Answer(status, Map.of("Content-Type", "text/html"), "<html></html>"));

        put(SMALL);

        assertThat(server.objects()).containsKey("key");
    }

    @Test
    void whatIsBeyondTheEndIsMissing() {
        server.answer(
                request -> request.is("GET"),
                request -> Answer.error(416, "InvalidRange", "The requested range is not satisfiable"));

        assertThatThrownBy(() ->
                        storage.read("key", 5, 10).collect().asList().await().atMost(LONG))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("the object ends before");
    }

    @Test
    void headersThatNobodyReadsMayBeOdd() {
        put(SMALL);
        server.decorate(
                "x-amz-mp-parts-count: many\r\nx-amz-object-lock-retain-until-date: soon\r\n"
                        + "x-amz-missing-meta: x\r\nx-amz-tagging-count: few\r\n",
                "");

        assertThat(storage.head("key").await().atMost(LONG).metadata()).isEqualTo(FACTS);
        assertThat(storage.read("key", 0, SMALL.length())
                        .collect()
                        .asList()
                        .await()
                        .atMost(LONG))
                .isNotEmpty();
    }

    private AbstractThrowableAssert<?, ?> assertThatItFails(TestContent content) {
        return assertThatThrownBy(() ->
                        storage.put("key", content.content(), FACTS).await().atMost(LONG))
                .isInstanceOf(StorageException.class);
    }

    private Deletion delete() {
        return storage.delete(List.of("key")).toUni().await().atMost(LONG);
    }

    private void put(TestContent content) {
        storage.put("key", content.content(), FACTS).await().atMost(LONG);
    }
}
