package io.redisvault.storage.gcs;

import static io.redisvault.storage.BackupStorageContract.result;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.Acceptor;
import io.redisvault.servers.GcsServer;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of servers that are not Google's, or of what stands before them. */
class GcsAnswersTest {

    private static final TestContent CONTENT = new TestContent(1, 9_000_000);

    @AutoClose
    private final GcsServer server = GcsServer.start().withBucket("backups");

    private final GcsStorage storage = storage(server.uri());

    @ParameterizedTest
    @ValueSource(strings = {"", ",'nextPageToken':null", ",'nextPageToken':''", ",'prefixes':{},'kind':7"})
    void aListingEndsWithoutAToken(String rest) {
        answer("{'items':[{'name':'a/1','size':1},{'name':'a/2','size':'2','updated':'yesterday'}]" + rest + "}");

        assertThat(list()).containsExactly(new StoredObject("a/1", 1), new StoredObject("a/2", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'items':null}", "{'kind':'storage#objects','nextPageToken':null}"})
    void anEmptyListing(String answer) {
        answer(answer);

        assertThat(list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'code':403,'message':'Not you'}}",
                "{'error':'invalid'}",
                "null",
                "[]",
                "7",
                "",
                "<html>",
                "{'items':[{'name':'a/1','size':'1'}",
                "{'items':{}}",
                "{'items':[null]}",
                "{'items':['a/1']}",
                "{'items':[{'name':null,'size':1}]}",
                "{'items':[{'name':'a/1','size':null}]}",
                "{'items':[{'name':'a/1','size':-1}]}",
                "{'items':[{'name':'a/1','size':'1 KB'}]}",
                "{'items':[{'name':'a/1','size':'99999999999999999999999'}]}"
            })
    void whatIsNoListingIsNotTakenForAnEmptyOne(String answer) {
        answer(answer);

        assertThatThrownBy(this::list)
                .isInstanceOf(StorageException.class)
                .hasMessageNotContainingAny("Exception", "null", "Cannot invoke");
    }

    @Test
    void aRefusalThatBreaksOffIsOne() {
        try (Acceptor halves = Acceptor.start(client -> {
            client.getInputStream().read(new byte[10_000]);
            client.getOutputStream().write("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n{".getBytes(UTF_8));
        })) {
            assertThatThrownBy(() ->
                            result(storage(halves.uri()).list("a/").collect().asList()))
                    .isInstanceOf(StorageException.AccessDenied.class)
                    .hasMessageEndingWith("on the bucket: (HTTP 403)");
        }
    }

    @Test
    void anAnswerWithoutEndFails() {
        answer("{'items':[" + "{'name':'a/1','size':1},".repeat(400_000) + "{}]}");

        assertThatThrownBy(this::list).isInstanceOf(StorageException.class).hasMessageContaining("too long");
    }

    @Test
    void aWebPageIsNoBucket() {
        server.answerAlways(200, "text/html", "<html>Welcome</html>");

        assertThatThrownBy(() -> result(storage.checkAccess()))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining("answered with a web page; check GCS_ENDPOINT");
    }

    @Test
    void factsOfAnObjectAreReadWhateverElseIsSaidOfIt() {
        answer("{'name':'key','size':3,'generation':17,'timeCreated':'yesterday','acl':{},'retention':5,'crc32c':'',"
                + "'metadata':{'node':'redis-1','number':1,'none':null}}");

        assertThat(result(storage.head("key")))
                .isEqualTo(new StoredObject("key", 3, Map.of("node", "redis-1", "number", "1")));
        assertThat(result(storage.checksum("key"))).isEmpty();
    }

    @Test
    void anObjectWhoseSizeIsNullIsNotEmpty() {
        answer("{'name':'key','size':null,'crc32c':null}");

        assertThatThrownBy(() -> result(storage.head("key"))).hasMessageContaining("the server does not say its size");
        assertThat(result(storage.checksum("key"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bytes=", "bytes ", ""})
    void whatHasArrivedOfAnUploadIsReadInAnyForm(String unit) {
        server.countUploadsBy(unit);

        put();

        assertThat(result(storage.head("key")).size()).isEqualTo(CONTENT.length());
    }

    @Test
    void anObjectWhoseChecksumTheServerDoesNotSayIsKept() {
        server.listWithout("crc32c");

        put();

        assertThat(result(storage.head("key")).size()).isEqualTo(CONTENT.length());
    }

    @Test
    void theServerIsAskedAgainWhereItDoesNotSayTheSizeOfWhatItStored() {
        server.listWithout("size");

        put();

        assertThat(result(storage.head("key")).size()).isEqualTo(CONTENT.length());
    }

    @Test
    void aServerThatIgnoresRangesMaySendAWholeObject() {
        put();
        server.ignoreRanges();

        assertThat(result(storage.read("key", 0, CONTENT.length()).collect().asList()))
                .isNotEmpty();
    }

    @Test
    void anAddressForUploadsWhereNothingAnswersIsNamed() {
        server.redirectTo("http://127.0.0.1:1/upload?upload_id=secret");
        server.answerAlways(200, "text/plain", "");

        assertThatThrownBy(this::put)
                .isInstanceOf(StorageException.Unavailable.class)
                .hasMessage(
                        "Cannot write gs://backups/key: the server wants the bytes of uploads at http://127.0.0.1:1,"
                                + " where nothing answers; correct its external address in its settings");
    }

    @Test
    void anAddressForUploadsMayBeOnTheServerItself() {
        server.redirectTo("/upload/storage/v1/b/backups/o?upload_id=unknown");
        server.answerAlways(200, "text/plain", "");

        assertThatThrownBy(this::put).hasMessageContaining("its answer is empty");
    }

    @ParameterizedTest
    @CsvSource({
        "412, it exists already",
        "304, it exists already",
        "413, takes no requests of this size",
        "425, not ready"
    })
    void aStatusCountsMoreThanThePageThatComesWithIt(int status, String said) {
        server.answerAlways(status, "text/html", status == 304 ? "" : "<html></html>");

        assertThatThrownBy(this::put).isInstanceOf(StorageException.class).hasMessageContaining(said);
    }

    private static GcsStorage storage(URI endpoint) {
        return new GcsStorage(
                "backups",
                new GcsClient(
                        new GcsClient.Options(Optional.of(endpoint), true, Optional.empty(), Duration.ofMillis(500))),
                Runnable::run);
    }

    private void answer(String json) {
        server.answerAlways(200, "application/json", json.replace('\'', '"'));
    }

    private List<StoredObject> list() {
        return result(storage.list("a/").collect().asList());
    }

    private void put() {
        result(storage.put("key", CONTENT.content(), Map.of()));
    }
}
