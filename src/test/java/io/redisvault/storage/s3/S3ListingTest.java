package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FakeS3.Request;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listing is believed only when it is whole. */
class S3ListingTest extends OnFakeS3 {

    private static final String ONE = "<Contents><Key>a/1</Key><Size>1</Size></Contents>";
    private static final String TRUNCATED = "<IsTruncated>true</IsTruncated>";

    @Test
    void goesOnUntilAPageIsTheLast() {
        server.answer(request -> request.is("GET"), request -> {
            String token = request.query().getOrDefault("continuation-token", "0");
            int page = Integer.parseInt(token);
            String entry = "<Contents><Key>a/" + page + "</Key><Size>1</Size></Contents>";
            return answer(
                    page == 3
                            ? "<IsTruncated>false</IsTruncated>" + entry
                            : TRUNCATED + "<NextContinuationToken>" + (page + 1) + "</NextContinuationToken>" + entry);
        });

        assertThat(list()).extracting(StoredObject::key).containsExactly("a/0", "a/1", "a/2", "a/3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TRUNCATED + ONE,
                TRUNCATED + "<NextMarker>a/1</NextMarker>" + ONE,
                TRUNCATED + "<NextContinuationToken></NextContinuationToken>" + ONE,
                TRUNCATED + "<NextContinuationToken>same</NextContinuationToken>" + ONE,
                "<IsTruncated>false</IsTruncated><Contents><Key>a/1</Key></Contents>",
                "<IsTruncated>false</IsTruncated><Contents><Key>a/1</Key><Size>-1</Size></Contents>",
                "<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>",
                "<IsTruncated>false</IsTruncated><Contents><Key>a%2F1</Key><Size>1</Size></Contents>"
            })
    void aListingThatIsNotWholeFails(String body) {
        server.answer(request -> request.is("GET"), request -> answer(body));

        assertThatThrownBy(this::list)
                .isInstanceOf(StorageException.Other.class)
                .hasMessageStartingWith("the storage's listing is not used, for it is not whole");
    }

    @Test
    void aTokenSaysThatThereIsMoreWhereTheServerSaysItByANumber() {
        server.answer(
                request -> request.is("GET"),
                request -> answer(
                        request.asks("continuation-token")
                                ? "<IsTruncated>0</IsTruncated><NextContinuationToken>same</NextContinuationToken>"
                                        + ONE
                                : "<IsTruncated>1</IsTruncated><NextContinuationToken>same</NextContinuationToken>"));

        assertThat(list()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<Size>1 KB</Size>", "<Size>1</Size><LastModified>yesterday</LastModified>"})
    void anEntryThatCannotBeReadIsSaid(String facts) {
        server.answer(
                request -> request.is("GET"),
                request -> answer("<IsTruncated>false</IsTruncated><Contents><Key>a/1</Key>" + facts + "</Contents>"));

        assertThatThrownBy(this::list)
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining("sent an answer that cannot be read");
    }

    @Test
    void twoTokensInTurnEndIt() {
        server.answer(
                request -> request.is("GET"),
                request -> answer(TRUNCATED + "<NextContinuationToken>"
                        + ("a".equals(request.query().get("continuation-token")) ? "b" : "a")
                        + "</NextContinuationToken>" + ONE));

        assertThatThrownBy(this::list).isInstanceOf(StorageException.Other.class);
    }

    @Test
    void aPageThatDoesNotSayWhetherItIsTheLastFails() {
        server.answer(request -> request.is("GET"), request -> answer(ONE));

        assertThatThrownBy(this::list).isInstanceOf(StorageException.class).hasMessageContaining("IsTruncated");
    }

    @Test
    void anAnswerWithoutEndAndOneThatIsPackedFail() {
        server.answer(request -> request.is("GET"), request -> answer(ONE.repeat(300_000)));
        assertThatThrownBy(this::list).isInstanceOf(StorageException.class).hasMessageContaining("too long");

        server.answer(
                request -> request.is("GET"),
                request -> new Answer(200, Map.of("Content-Encoding", "gzip"), "\037\213"));
        assertThatThrownBy(this::list).isInstanceOf(StorageException.class).hasMessageContaining("packed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<IsTruncated>true</IsTruncated>",
                "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>",
                "<IsTruncated>false</IsTruncated><Upload><Key>a/1</Key><UploadId>u</UploadId></Upload>",
                "<IsTruncated>false</IsTruncated><Upload><Key>a/1</Key>"
                        + "<Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>",
                "<IsTruncated>false</IsTruncated><Upload><Key>a/1</Key><UploadId></UploadId>"
                        + "<Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>",
                "<IsTruncated>false</IsTruncated><Upload><Key></Key><UploadId>u</UploadId>"
                        + "<Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>",
                "<IsTruncated>false</IsTruncated><Upload><UploadId>u</UploadId>"
                        + "<Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>"
            })
    void aListingOfUploadsThatIsNotWholeFails(String body) {
        server.answer(
                ofUploads(),
                request -> Answer.ok("<ListMultipartUploadsResult>" + body + "</ListMultipartUploadsResult>"));

        assertThatThrownBy(this::abortIncomplete).isInstanceOf(StorageException.Other.class);
        assertThat(server.requests()).noneMatch(request -> request.is("DELETE"));
    }

    @Test
    void uploadsAreListedPageByPage() {
        server.answer(ofUploads(), request -> {
            boolean first = !request.asks("key-marker");
            String entry = "<Upload><Key>a/1</Key><UploadId>" + (first ? "1" : "2")
                    + "</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>";
            return Answer.ok("<ListMultipartUploadsResult><IsTruncated>" + first + "</IsTruncated>"
                    + (first ? "<NextKeyMarker>a/1</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>" : "")
                    + entry + "</ListMultipartUploadsResult>");
        });
        server.answer(request -> request.is("DELETE"), request -> new Answer(204, Map.of(), ""));

        assertThat(abortIncomplete()).isEqualTo(2);
        assertThat(server.requests())
                .filteredOn(request -> request.asks("upload-id-marker"))
                .extracting(request -> request.query().get("upload-id-marker"))
                .containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource({"501, NotImplemented", "405, MethodNotAllowed"})
    void aServerThatListsNoUploadsIsNoFailure(int status, String code) {
        server.answer(ofUploads(), request -> Answer.error(status, code, "Not here"));

        assertThat(List.of(abortIncomplete(), abortIncomplete())).containsExactly(0, 0);
    }

    private static Predicate<Request> ofUploads() {
        return request -> request.is("GET") && request.asks("uploads");
    }

    private static Answer answer(String content) {
        return Answer.ok("<ListBucketResult>" + content + "</ListBucketResult>");
    }

    private List<StoredObject> list() {
        return storage.list("a/").collect().asList().await().atMost(Duration.ofSeconds(30));
    }

    private int abortIncomplete() {
        return storage.abortIncomplete("a/", Instant.now(), key -> true).await().atMost(Duration.ofSeconds(30));
    }
}
