package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FakeS3.Request;
import io.redisvault.servers.FakeS3.Stored;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What an upload leaves on servers that do what S3 does not. */
class S3UploadTest extends OnFakeS3 {

    private static final Map<String, String> FACTS = Map.of("instance", "4711");
    private static final TestContent SMALL = new TestContent(1, 100_000);
    private static final TestContent IN_PARTS = new TestContent(2, 2L * S3Parts.MIN_SIZE + 5);

    private static final Predicate<Request> PUT_OBJECT = request -> request.is("PUT") && !request.asks("uploadId");
    private static final Predicate<Request> PART = request -> request.is("PUT") && request.asks("partNumber");
    private static final Predicate<Request> COMPLETE = request -> request.is("POST") && request.asks("uploadId");

    @Test
    void aBadBackupIsNotVisibleOnAServerThatStoresHalfARequest() {
        server.keepsHalves();
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            for (long at = 0; at < content.length(); at += content.length() / 7) {
                assertThatItsFailureLeavesNothing(content, at);
            }
            assertThatItsFailureLeavesNothing(content, content.length() - 1);
        }
    }

    private void assertThatItsFailureLeavesNothing(TestContent content, long at) {
        RuntimeException bad = new IllegalStateException("bad at " + at);
        Multi<ByteBuffer> failing = Multi.createBy()
                .concatenating()
                .streams(
                        new TestContent(content.seed(), at).content().bytes(),
                        Multi.createFrom().failure(bad));

        assertThatThrownBy(() -> put(new Content(failing, content.length()))).isSameAs(bad);
        assertThat(server.objects()).isEmpty();
        assertThat(server.uploads()).isEmpty();
    }

    @Test
    void aCancelledPutLeavesNothingVisibleOnAServerThatStoresHalfARequest() {
        server.keepsHalves();
        AtomicLong seen = new AtomicLong();
        Multi<ByteBuffer> stalls = Multi.createBy()
                .concatenating()
                .streams(
                        IN_PARTS.content().bytes().onItem().invoke(chunk -> seen.addAndGet(chunk.remaining())),
                        Multi.createFrom().nothing());
        Cancellable put = storage.put("key", new Content(stalls, IN_PARTS.length() + 1), FACTS)
                .subscribe()
                .with(stored -> {}, failure -> {});
        await().until(() -> seen.get() == IN_PARTS.length());

        put.cancel();

        await().until(() -> server.uploads().isEmpty());
        assertThat(server.objects()).isEmpty();
    }

    @Test
    void theLastPartWaitsUntilTheContentHasCompleted() {
        AtomicLong sentBefore = new AtomicLong();
        Multi<ByteBuffer> verified = IN_PARTS.content()
                .bytes()
                .onCompletion()
                .invoke(() -> sentBefore.set(server.requests().stream()
                        .filter(request -> "3".equals(request.query().get("partNumber")))
                        .count()));

        put(new Content(verified, IN_PARTS.length() + 1, false));

        assertThat(sentBefore).hasValue(0);
        assertThatItIsStored(IN_PARTS);
    }

    @Test
    void noMoreThanTwoPartsAreReadAhead() {
        AtomicLong read = new AtomicLong();
        AtomicLong arrived = new AtomicLong();
        server.answer(PART, request -> {
            assertThat(read.get() - arrived.get()).isLessThanOrEqualTo(2L * S3Parts.MIN_SIZE + (1 << 20));
            arrived.addAndGet(request.body().length);
            return server.usual(request);
        });
        TestContent large = new TestContent(3, 8L * S3Parts.MIN_SIZE);

        put(new Content(
                large.content().bytes().onItem().invoke(chunk -> read.addAndGet(chunk.remaining())), large.length()));

        assertThatItIsStored(large);
    }

    @Test
    void contentThatIsShorterOrLongerThanItSaysIsNotStored() {
        for (long length : new long[] {SMALL.length() - 1, SMALL.length() + 1}) {
            assertThatThrownBy(() -> put(new Content(SMALL.content().bytes(), length)))
                    .isInstanceOf(StorageException.Corrupt.class);
            assertThat(server.objects()).isEmpty();
        }
    }

    @Test
    void anotherWritersObjectStaysWhereTheServerIgnoresTheConditionWhenAnUploadIsCompleted() {
        Stored others = new Stored("another's".getBytes(), Map.of());
        server.answer(COMPLETE, request -> {
            server.objects().remove("key");
            return server.usual(request);
        });
        server.answer(1, PART, request -> {
            server.objects().put("key", others);
            return server.usual(request);
        });

        assertThatThrownBy(() -> put(IN_PARTS.content())).isInstanceOf(StorageException.AlreadyExists.class);

        assertThat(server.objects()).containsEntry("key", others);
        assertThat(server.uploads()).isEmpty();
    }

    @Test
    void aConflictIsTriedAgain() {
        for (Predicate<Request> publishing : List.of(PUT_OBJECT, COMPLETE)) {
            server.objects().clear();
            TestContent content = publishing == COMPLETE ? IN_PARTS : SMALL;
            server.answer(2, publishing, request -> Answer.error(409, "ConditionalRequestConflict", "Try again"));

            put(content.content());

            assertThatItIsStored(content);
        }
    }

    @Test
    void aRefusedConditionAlthoughNothingIsThereIsNotTakenForAnObject() {
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            server.answer(PUT_OBJECT.or(COMPLETE), request -> Answer.error(412, "PreconditionFailed", "At least one"));

            assertThatThrownBy(() -> put(content.content()))
                    .isInstanceOf(StorageException.Other.class)
                    .hasMessageContaining("412 PreconditionFailed")
                    .hasMessageContaining("nothing is there");
        }
    }

    @Test
    void anObjectWhoseStoringIsAnsweredByAnErrorIsTakenForWhatItIs() {
        for (TestContent content : List.of(SMALL, IN_PARTS)) {
            server.objects().clear();
            server.answer(1, PUT_OBJECT.or(COMPLETE), request -> {
                server.usual(request);
                return Answer.error(500, "InternalError", "Stored all the same");
            });

            put(content.content());

            assertThatItIsStored(content);
        }
    }

    @Test
    void aGoodUploadWithAnETagThatIsNotMadeOfMd5sIsKept() {
        for (String tag : List.of("0123456789abcdef0123456789abcdef-3", "opaque")) {
            server.objects().clear();
            server.answer(COMPLETE, request -> {
                server.usual(request);
                return Answer.ok(
                        "<CompleteMultipartUploadResult><ETag>" + tag + "</ETag></CompleteMultipartUploadResult>");
            });

            put(IN_PARTS.content());

            assertThatItIsStored(IN_PARTS);
        }
    }

    @Test
    void aGoodObjectWithAnETagThatIsNotItsMd5IsKept() {
        server.answer(PUT_OBJECT, request -> {
            server.usual(request);
            return new Answer(200, Map.of("ETag", "\"0123456789abcdef0123456789abcdef\""), "");
        });

        put(SMALL.content());

        assertThatItIsStored(SMALL);
    }

    @Test
    void anUploadWithoutAllOfItsBytesIsDeletedAgain() {
        server.answer(COMPLETE, request -> {
            server.uploads().get(request.query().get("uploadId")).remove(2);
            return server.usual(request);
        });

        assertThatThrownBy(() -> put(IN_PARTS.content()))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("deleted it again");
        assertThat(server.objects()).isEmpty();
    }

    /** As with Object Lock. */
    @Test
    void eachPartIsAnnouncedByItsMd5OrItsChecksum() {
        server.answer(
                PART.and(request -> !request.headers().containsKey("content-md5")
                        && !request.headers().containsKey("x-amz-checksum-crc32")),
                request ->
                        Answer.error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required"));

        put(IN_PARTS.content());
        server.objects().clear();
        server.answer(
                request -> request.asks("uploads"),
                request -> new Answer(
                        200,
                        Map.of("x-amz-checksum-algorithm", "CRC32"),
                        server.usual(request).body()));
        put(IN_PARTS.content());

        assertThatItIsStored(IN_PARTS);
    }

    @Test
    void partsGrowWhereTheLengthAsksForIt() {
        long gib = 1L << 30;
        assertThat(S3Parts.size(100)).isEqualTo(100);
        assertThat(S3Parts.size(78 * gib)).isEqualTo(S3Parts.MIN_SIZE);
        for (long length : new long[] {80 * gib, 1024 * gib, 5 * 1024 * gib}) {
            assertThat(S3Parts.size(length) * 10_000L).isBetween(length, length + 10_000);
        }
    }

    private StoredObject put(Content content) {
        return storage.put("key", content, FACTS).await().atMost(Duration.ofSeconds(30));
    }

    private void assertThatItIsStored(TestContent content) {
        CRC32C crc = new CRC32C();
        crc.update(server.objects().get("key").bytes());
        assertThat(crc.getValue()).isEqualTo(content.checksum());
        assertThat(BackupStorageContract.result(storage.head("key")).metadata()).isEqualTo(FACTS);
        assertThat(server.uploads()).isEmpty();
    }
}
