package io.redisvault.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.GcsServer;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorage.Deletion;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.subscription.Cancellable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against our own server, or with {@code GCS_ENDPOINT} and {@code GCS_BUCKET} against any. */
class GcsStorageTest extends BackupStorageContract {

    private static final String EXTERNAL = "GCS_ENDPOINT";
    private static final ExecutorService WORKERS = Executors.newFixedThreadPool(8);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private GcsServer server;
    private URI endpoint;
    private String bucket;
    private BackupStorage storage;

    @BeforeEach
    void startServer() {
        String external = System.getenv(EXTERNAL);
        bucket = Optional.ofNullable(System.getenv("GCS_BUCKET")).orElse("backups");
        if (external == null) {
            server = GcsServer.start().withBucket(bucket);
            server.pageSize(2);
        }
        endpoint = external == null ? server.uri() : URI.create(external);
        storage = storageOf(bucket);
    }

    @Override
    protected void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    private BackupStorage storageOf(String name) {
        return new GcsStorage(name, client(endpoint, TIMEOUT), WORKERS);
    }

    private static GcsClient client(URI endpoint, Duration timeout) {
        return new GcsClient(new GcsClient.Options(Optional.of(endpoint), true, Optional.empty(), timeout));
    }

    @Override
    protected BackupStorage storage() {
        return storage;
    }

    @Test
    @DisabledIfEnvironmentVariable(named = EXTERNAL, matches = ".*")
    void answersAreKnownByWhatTheyHoldNotByTheirType() {
        server.callEverything("text/html; charset=utf-8");
        TestContent content = new TestContent(1, 100_000);

        storage.put("a/key", content.content(), Map.of("node", "redis-1"))
                .await()
                .atMost(TIMEOUT);

        assertThat(storage.head("a/key").await().atMost(TIMEOUT))
                .isEqualTo(new StoredObject("a/key", content.length(), Map.of("node", "redis-1")));
        assertThat(storage.list("a/").collect().asList().await().atMost(TIMEOUT))
                .hasSize(1);
        assertThat(storage.delete(List.of("a/key")).collect().asList().await().atMost(TIMEOUT))
                .hasSize(1);
    }

    @Override
    protected int partSize() {
        return 8 * 1024 * 1024;
    }

    @Override
    protected int unfinished(String prefix) {
        return server == null ? 0 : server.unfinishedUploads();
    }

    @Test
    void saysThatTheBucketIsMissing() {
        assertThatThrownBy(() -> result(storageOf("no-such-bucket").checkAccess()))
                .isInstanceOf(StorageException.NotFound.class)
                .hasMessageContaining("There is no bucket 'no-such-bucket'")
                .hasMessageContaining("GCS_BUCKET");
        assertThatThrownBy(
                        () -> result(storageOf("no-such-bucket").put("key", new TestContent(1, 1).content(), Map.of())))
                .isInstanceOf(StorageException.NotFound.class);
    }

    @Test
    void theClockIsTheServers() {
        assertThat(result(storage.clock()).orElseThrow()).isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
        assertThat(result(storageOf("no-such-bucket").clock())).isEmpty();
    }

    @Test
    void saysThatNobodyAnswers() {
        BackupStorage nowhere =
                new GcsStorage("bucket", client(URI.create("http://127.0.0.1:9"), Duration.ofSeconds(1)), WORKERS);

        assertThatThrownBy(() -> result(nowhere.checkAccess())).isInstanceOf(StorageException.Unavailable.class);
    }

    @Nested
    @DisabledIfEnvironmentVariable(named = EXTERNAL, matches = ".*", disabledReason = "orders faults of our server")
    class OnAServerWithFaults {

        @Test
        void triesAgainWhenTheServerIsBusy() {
            server.failNext(2, 503);
            TestContent content = new TestContent(1, 1000);

            put(key("busy"), content);

            assertThat(checksum(storage.read(key("busy"), 0, 1000))).isEqualTo(content.checksum());
            assertThat(server.unfinishedUploads()).isZero();
        }

        @Test
        void givesUpWhenTheServerStaysBusy() {
            server.failNext(1000, 503);

            assertThatThrownBy(() -> put(key("busy"), new TestContent(1, 1000)))
                    .isInstanceOf(StorageException.Unavailable.class)
                    .hasMessageContaining("gs://backups/" + key("busy"))
                    .hasMessageContaining("503");
            server.failNext(0, 0);
        }

        @Test
        void continuesAnUploadWhoseConnectionWasCut() {
            TestContent content = new TestContent(1, 20_000_000);
            server.cutUploadAfter(5_000_000);

            put(key("cut"), content);

            assertThat(checksum(storage.read(key("cut"), 0, content.length()))).isEqualTo(content.checksum());
            assertThat(server.uploadedBytes()).isLessThan(content.length() + 2_000_000);
        }

        @Test
        void recognisesItsOwnObjectWhenTheAnswerWasLost() {
            server.loseFinalAnswer();
            TestContent content = new TestContent(1, 10_000_000);

            StoredObject stored = put(key("lost"), content);

            assertThat(stored.size()).isEqualTo(content.length());
            assertThat(keys(key("lost"))).containsExactly(key("lost"));
        }

        @Test
        void removesAnObjectThatArrivedDamaged() {
            server.damage(true);

            assertThatThrownBy(() -> put(key("damaged"), new TestContent(1, 9_000_000)))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("CRC32C");

            assertThat(keys("")).isEmpty();
            assertThat(server.unfinishedUploads()).isZero();
        }

        @Test
        void leavesAloneWhatReplacedAnObjectThatArrivedDamaged() {
            server.damage(true);
            server.replaceWhatIsStored();

            assertThatThrownBy(() -> put(key("damaged"), new TestContent(1, 1000)))
                    .isInstanceOf(StorageException.Corrupt.class);

            assertThat(result(storage.head(key("damaged"))).size()).isEqualTo("other".length());
        }

        @Test
        void leavesAloneWhatReplacedAGoodObject() {
            server.replaceWhatIsStored();

            assertThat(put(key("good"), new TestContent(1, 1000)).size()).isEqualTo(1000);

            assertThat(result(storage.head(key("good"))).size()).isEqualTo("other".length());
        }

        @ParameterizedTest
        @ValueSource(ints = {404, 410})
        void beginsAnUploadAgainThatTheServerForgotBeforeAnythingWasLost(int status) {
            server.endSessionAfter(0, status);
            TestContent content = new TestContent(1, 20_000_000);

            put(key("again"), content);

            assertThat(checksum(storage.read(key("again"), 0, content.length())))
                    .isEqualTo(content.checksum());
            assertThat(server.count("open")).isEqualTo(2);
        }

        @Test
        void givesUpAnUploadThatTheServerForgotLater() {
            server.endSessionAfter(1, 410);

            assertThatThrownBy(() -> put(key("forgotten"), new TestContent(1, 20_000_000)))
                    .isInstanceOf(StorageException.Unavailable.class)
                    .hasMessageContaining("forgot the upload");

            assertThat(keys("")).isEmpty();
        }

        @Test
        void aReadThatBeginsElsewhereFails() {
            put(key("whole"), new TestContent(1, 1000));
            server.ignoreRanges();

            assertThatThrownBy(() -> checksum(storage.read(key("whole"), 500, 500)))
                    .hasMessageContaining("another part than it was asked for");
        }

        @Test
        void storesOverConnectionsThatBreakAnywhere() {
            long seed = Long.getLong("cut.seed", System.nanoTime());
            SplittableRandom random = new SplittableRandom(seed);
            try (FaultyProxy proxy = FaultyProxy.to(server.uri())) {
                BackupStorage cut = new GcsStorage("backups", client(proxy.endpoint(), TIMEOUT), WORKERS);
                for (int i = 0; i < 24; i++) {
                    TestContent content = new TestContent(i, random.nextInt(1, 10_000_000));
                    Direction direction = Direction.values()[i % 2];
                    // An answer is short, and there are at least two.
                    long at = random.nextLong(direction == Direction.TO_CLIENT ? 1_500 : content.length());
                    Cut how = Cut.values()[i / 2 % 2];
                    proxy.cutAfter(at, direction, Count.ONCE, how);

                    result(cut.put(key("cut-" + i), content.content(), Map.of()));

                    assertThat(checksum(storage.read(key("cut-" + i), 0, content.length())))
                            .as("%s of %s at %d, -Dcut.seed=%d", how, direction, at, seed)
                            .isEqualTo(content.checksum());
                }
            }
        }

        @Test
        void opensAnUploadWhoseAddressBrokeOff() {
            try (FaultyProxy proxy = FaultyProxy.to(server.uri())) {
                BackupStorage cut = new GcsStorage("backups", client(proxy.endpoint(), TIMEOUT), WORKERS);
                // 109: behind the name of Content-Length.
                for (int at : new int[] {40, 57, 74, 91, 108, 109, 125, 142, 159, 193, 227, 261, 278, 295}) {
                    TestContent content = new TestContent(at, 1000);
                    proxy.cutAfter(at, Direction.TO_CLIENT, Count.ONCE, Cut.FIN);

                    result(cut.put(key("address-" + at), content.content(), Map.of()));

                    assertThat(checksum(storage.read(key("address-" + at), 0, content.length())))
                            .as("cut after %d bytes", at)
                            .isEqualTo(content.checksum());
                }
            }
        }

        @Test
        void aListingThatNeverEndsFails() {
            put(key("a"), new TestContent(1, 1));
            server.listForEver(true);

            assertThatThrownBy(() -> keys("")).hasMessageContaining("not where they begin");
            server.listForEver(false);
        }

        @ParameterizedTest
        @ValueSource(strings = {"name", "size"})
        void aListingThatSaysTooLittleFails(String field) {
            put(key("a"), new TestContent(1, 1));
            server.listWithout(field);

            assertThatThrownBy(() -> keys(""))
                    .isInstanceOf(StorageException.Other.class)
                    .hasMessageContaining("there is an entry without a ");
            server.listWithout(null);
        }

        @Test
        void cancellingEndsAnUploadToASlowServer() {
            server.uploadsAt(500_000);
            Cancellable put = storage.put(key("slow"), new TestContent(1, 40_000_000).content(), Map.of())
                    .subscribe()
                    .with(stored -> {});
            await().until(() -> server.uploadedBytes() > 100_000);

            put.cancel();

            await().atMost(PATIENCE).until(() -> server.unfinishedUploads() == 0);
            assertThat(server.uploadedBytes()).isLessThan(GcsUpload.CHUNK);
        }

        @Test
        void cancellingEndsTheWaitBeforeARetry() {
            server.failNext(1000, 503);
            Cancellable put = storage.put(key("busy"), new TestContent(1, 1000).content(), Map.of())
                    .subscribe()
                    .with(stored -> {});
            await().until(() -> server.failuresLeft() < 998);

            put.cancel();
            int left = server.failuresLeft();

            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(4))
                    .until(() -> server.failuresLeft() >= left - 1);
            server.failNext(0, 0);
        }

        @Test
        void deletesAgainWhatFailed() {
            List<String> keys = IntStream.range(0, 230)
                    .mapToObj(i -> key(String.format("old-%03d", i)))
                    .toList();
            keys.subList(0, 20).forEach(key -> put(key, new TestContent(1, 1)));
            server.failNext(1, 503);

            List<Deletion> deletions = result(storage.delete(keys).collect().asList());

            assertThat(deletions).hasSize(230).allMatch(Deletion::succeeded);
            assertThat(keys("")).isEmpty();
        }

        @Test
        void reportsEachObjectThatCouldNotBeDeleted() {
            put(key("locked"), new TestContent(1, 1));
            server.deny("retentionPolicyNotMet");

            List<Deletion> deletions =
                    result(storage.delete(List.of(key("locked"))).collect().asList());

            assertThat(deletions).singleElement().satisfies(deletion -> assertThat(deletion.failure())
                    .containsInstanceOf(StorageException.Locked.class));
            server.deny(null);
        }

        @Test
        void saysWhichPermissionsAreMissing() {
            server.deny("forbidden");

            assertThatThrownBy(() -> result(storage.checkAccess()))
                    .isInstanceOf(StorageException.AccessDenied.class)
                    .hasMessageContaining("storage.objects.create");
            server.deny(null);
        }

        @Test
        void saysThatWritingWasNotTriedWhereItIsNotAllowed() {
            server.deny("forbidden");
            assertThat(result(storage.checkWrite(key("redis-1_"))).orElseThrow())
                    .contains("writing was not tried", "gs://backups/" + key("redis-1_"));

            server.denyDeleting("forbidden");
            assertThat(result(storage.checkWrite(key("redis-1_"))).orElseThrow())
                    .contains("writing was not tried to its end", "Cannot delete gs://backups/" + key("redis-1_"));
            server.denyDeleting("retentionPolicyNotMet");
            assertThat(result(storage.checkWrite(key("redis-1_"))).orElseThrow())
                    .contains("the bucket keeps it for now");

            server.denyDeleting(null);
            assertThat(result(storage.checkWrite(key("redis-1_")))).isEmpty();
            assertThat(keys("")).isEmpty();
        }

        @Test
        void saysWhyNothingCanBeWritten() {
            server.answerAlways(507, "text/plain", "The disk is full");

            assertThatThrownBy(() -> result(storage.checkWrite(key("redis-1_"))))
                    .isInstanceOf(StorageException.Other.class)
                    .hasMessageContaining("The disk is full");
            server.answerAlways(0, null, "");
        }

        @Test
        void listsOnlyThePagesThatAreAskedFor() {
            IntStream.range(0, 10).forEach(i -> put(key("page-" + i), new TestContent(1, 1)));
            long before = server.count("list");

            storage.list(key("page-"))
                    .subscribe()
                    .withSubscriber(AssertSubscriber.create(3))
                    .awaitItems(3)
                    .cancel();

            assertThat(server.count("list") - before).isEqualTo(2);
        }
    }
}
