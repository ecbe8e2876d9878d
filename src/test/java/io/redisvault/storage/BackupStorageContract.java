package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redisvault.storage.BackupStorage.Deletion;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.subscription.Cancellable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link BackupStorage} keeps to. A subclass brings the storage and says what its server cannot do; it may
 * take the server from the environment, so each test works under a prefix of its own and cleans up.
 */
public abstract class BackupStorageContract {

    protected static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MIB = 1024 * 1024;

    private final String prefix = "contract-" + UUID.randomUUID() + "/";

    /** Of a bucket that exists. */
    protected abstract BackupStorage storage();

    /** How many interrupted uploads can be seen on the server under a prefix; 0 where they cannot be seen. */
    protected abstract int unfinished(String prefix);

    /** From which size on an object is sent in several parts. */
    protected abstract int partSize();

    /** More than a listing has on one page. */
    protected int manyObjects() {
        return 25;
    }

    /** Whether of puts that happen at the same time no more than one succeeds. */
    protected boolean createOnlyHoldsInRaces() {
        return true;
    }

    protected int cancellations() {
        return 100;
    }

    protected boolean acceptsKey(String key) {
        return true;
    }

    /**
     * Leaves behind what a process leaves that dies while it stores an object; false where that can neither be seen
     * nor removed.
     */
    protected boolean abandonUploadOf(String key) {
        return false;
    }

    @AfterEach
    protected final void cleanUp() {
        List<String> keys = keys(prefix);
        assertThat(result(storage().delete(keys).collect().asList())).allMatch(Deletion::succeeded);
        stopServer();
    }

    /** Called once the objects of a test were removed. */
    protected void stopServer() {}

    protected Stream<Long> sizes() {
        long part = partSize();
        return Stream.of(0L, 1L, 100_000L, part - 1, part, part + 1, 2 * part, 40L * MIB + 3);
    }

    @Test
    void storesAndReadsBackObjectsOfAllSizes() {
        sizes().forEach(size -> {
            TestContent content = new TestContent(size, size);
            String key = key("size-" + size);

            StoredObject stored = put(key, content);

            assertThat(stored.key()).isEqualTo(key);
            assertThat(stored.size()).isEqualTo(size);
            assertThat(result(storage().head(key)).size()).isEqualTo(size);
            assertThat(checksum(storage().read(key, 0, size))).isEqualTo(content.checksum());
        });
    }

    /** One that cannot be compared is none. */
    @Test
    void tellsAChecksumThatHoldsForTheStoredBytesOnly() {
        long part = partSize();
        for (long size : new long[] {1, part - 1, part, part + 1, 2 * part, 2 * part + 1}) {
            String key = key("checksum-" + size);
            put(key, new TestContent(size, size));

            assertThat(difference(key, size, 0)).isEmpty();
            assertThat(difference(key, size, 1).isPresent())
                    .isEqualTo(result(storage().checksum(key)).isPresent());
        }
        assertThatThrownBy(() -> result(storage().checksum(key("none")))).isInstanceOf(StorageException.NotFound.class);
    }

    /** Of the stored bytes, of which the first has some of its bits changed. */
    private Optional<String> difference(String key, long size, int bits) {
        return result(storage().checksum(key)).flatMap(checksum -> {
            byte[] bytes = Arrived.bytes(storage().read(key, 0, size));
            bytes[0] ^= (byte) bits;
            for (int at = 0; at < bytes.length; at += 100_000) {
                checksum.update(ByteBuffer.wrap(bytes, at, Math.min(100_000, bytes.length - at)));
            }
            return checksum.difference();
        });
    }

    @Test
    void doesNothingBeforeSomebodySubscribes() {
        storage().put(key("lazy"), new TestContent(1, 10).content(), Map.of());

        assertThat(keys(prefix)).isEmpty();
        assertThat(unfinished(prefix)).isZero();
    }

    @Test
    void neverReplacesAnObject() {
        TestContent first = new TestContent(1, 1000);
        put(key("taken"), first);

        assertThatThrownBy(() -> put(key("taken"), new TestContent(2, 2000)))
                .isInstanceOf(StorageException.AlreadyExists.class);

        assertThat(checksum(storage().read(key("taken"), 0, 1000))).isEqualTo(first.checksum());
        assertNothingUnfinished();
    }

    @Test
    void ofPutsAtTheSameTimeExactlyOneSucceeds() {
        Assumptions.assumeTrue(createOnlyHoldsInRaces());
        for (int size : new int[] {1000, partSize() + 1}) {
            String key = key("race-" + size);
            List<Object> outcomes = result(Multi.createFrom()
                    .range(0, 8)
                    .onItem()
                    .transformToUni(i -> storage()
                            .put(key, new TestContent(i, size).content(), Map.of("number", "" + i))
                            .map(stored -> (Object) i)
                            .onFailure()
                            .recoverWithItem(failure -> failure))
                    .merge(8)
                    .collect()
                    .asList());

            List<Object> winners =
                    outcomes.stream().filter(Integer.class::isInstance).toList();
            assertThat(winners).hasSize(1);
            assertThat(outcomes)
                    .filteredOn(Throwable.class::isInstance)
                    .hasOnlyElementsOfTypes(StorageException.AlreadyExists.class);
            int winner = (int) winners.get(0);
            assertThat(checksum(storage().read(key, 0, size))).isEqualTo(new TestContent(winner, size).checksum());
            assertThat(result(storage().head(key)).metadata()).containsEntry("number", "" + winner);
        }
        assertNothingUnfinished();
    }

    @Test
    void contentThatFailsLeavesNothingAndKeepsItsFailure() {
        long size = 2L * partSize() + 1000;
        for (long at : new long[] {0, 1000, partSize() + 5L, 2L * partSize(), size - 1}) {
            RuntimeException unfit = new IllegalStateException("unfit at " + at);
            Content content = new TestContent(at, size).failingAt(at, unfit);

            assertThatThrownBy(() -> result(storage().put(key("failing-" + at), content, Map.of())))
                    .isSameAs(unfit);
            assertThat(unfinished(prefix)).isZero();
        }
        assertThat(keys(prefix)).isEmpty();
    }

    @Test
    void storesContentOfUnknownLength() {
        Stream.of(0L, 1000L, (long) partSize(), 2L * partSize() + 1).forEach(size -> {
            TestContent content = new TestContent(size, size);
            String key = key("unknown-" + size);

            StoredObject stored = result(storage().put(key, content.contentOfUnknownLength(), Map.of()));

            assertThat(stored.size()).isEqualTo(size);
            assertThat(checksum(storage().read(key, 0, size))).isEqualTo(content.checksum());
        });
    }

    /** Nobody sees a part of an object; what is left of an upload goes with the incomplete uploads. */
    @Test
    void aCancelledPutStoresAllOrNothing() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(4711);
        // A server's first ones take longer than usual.
        put(key("warm-up"), new TestContent(0, partSize() * 3L / 2));
        long start = System.nanoTime();
        put(key("measure"), new TestContent(0, partSize() * 3L / 2));
        long usual = System.nanoTime() - start;
        Map<String, TestContent> contents = new HashMap<>();

        for (int i = 0; i < cancellations(); i++) {
            TestContent content = new TestContent(i, random.nextLong(partSize() * 3L / 2));
            contents.put(key("cancelled-" + i), content);
            Cancellable put = storage()
                    .put(key("cancelled-" + i), content.content(), Map.of("number", "" + i))
                    .subscribe()
                    .with(stored -> {}, failure -> {});
            Thread.sleep(Duration.ofNanos(random.nextLong(usual)).toMillis());
            put.cancel();
        }

        await().atMost(PATIENCE).untilAsserted(() -> {
            result(storage().abortIncomplete(prefix, Instant.now().plusSeconds(60), key -> true));
            assertThat(unfinished(prefix)).isZero();
        });
        for (StoredObject object :
                result(storage().list(key("cancelled-")).collect().asList())) {
            TestContent content = contents.get(object.key());
            assertThat(object.size()).isEqualTo(content.length());
            assertThat(checksum(storage().read(object.key(), 0, object.size()))).isEqualTo(content.checksum());
        }
    }

    @Test
    void keepsMetadata() {
        Map<String, String> facts =
                Map.of("rdb-version", "11", "crc64", "e9c6d914c4b8d9ca", "producer", "redis 7.2.4 = \\ : # !");

        StoredObject stored = result(storage().put(key("facts"), new TestContent(1, 10).content(), facts));

        assertThat(stored.metadata()).isEqualTo(facts);
        assertThat(result(storage().head(key("facts")))).isEqualTo(stored);
        put(key("none"), new TestContent(1, 10));
        assertThat(result(storage().head(key("none"))).metadata()).isEmpty();
    }

    @Test
    void listsExactlyWhatStartsWithThePrefix() {
        for (String name : List.of("redis-1_a", "redis-1_b", "redis-10_a", "redis-1", "redis-1_dir/c", "other")) {
            put(key(name), new TestContent(1, name.length()));
        }

        assertThat(keys(key("redis-1_"))).containsExactly(key("redis-1_a"), key("redis-1_b"), key("redis-1_dir/c"));
        assertThat(keys(key("redis-1_dir/"))).containsExactly(key("redis-1_dir/c"));
        assertThat(keys(key("nothing"))).isEmpty();
        assertThat(result(storage().list(key("redis-10")).collect().asList()))
                .containsExactly(new StoredObject(key("redis-10_a"), 10));
    }

    @Test
    void listsManyObjectsPageByPage() {
        List<String> names = IntStream.range(0, manyObjects())
                .mapToObj(i -> String.format("many-%05d", i))
                .toList();
        result(Multi.createFrom()
                .iterable(names)
                .onItem()
                .transformToUni(name -> storage().put(key(name), new TestContent(1, 1).content(), Map.of()))
                .merge(4)
                .collect()
                .asList());

        assertThat(keys(key("many-"))).isEqualTo(names.stream().map(this::key).toList());
        AssertSubscriber<StoredObject> three =
                storage().list(key("many-")).subscribe().withSubscriber(AssertSubscriber.create(3));
        three.awaitItems(3, PATIENCE).assertNotTerminated().cancel();
        assertThat(result(storage()
                        .delete(names.stream().map(this::key).toList())
                        .collect()
                        .asList()))
                .hasSize(names.size());
        assertThat(keys(key("many-"))).isEmpty();
    }

    @Test
    void readsARange() {
        TestContent content = new TestContent(9, 300_000);
        put(key("range"), content);

        for (long[] range : new long[][] {{0, 9}, {299_991, 9}, {70_000, 150_000}, {5, 0}}) {
            assertThat(checksum(storage().read(key("range"), range[0], range[1])))
                    .isEqualTo(content.checksum(range[0], range[1]));
        }
    }

    @Test
    void readsNoFasterThanAskedFor() throws InterruptedException {
        TestContent content = new TestContent(9, 4 * MIB);
        put(key("slowly"), content);
        CRC32C crc = new CRC32C();

        AssertSubscriber<ByteBuffer> reader = storage()
                .read(key("slowly"), 0, content.length())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(0));
        Thread.sleep(200);
        assertThat(reader.getItems()).isEmpty();
        for (int i = 1; !reader.hasCompleted(); i++) {
            int expected = i;
            reader.request(1);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(PATIENCE)
                    .until(() -> reader.getItems().size() >= expected || reader.hasCompleted());
            assertThat(reader.getItems()).hasSizeLessThanOrEqualTo(expected);
        }

        reader.assertCompleted();
        reader.getItems().forEach(bytes -> crc.update(bytes.duplicate()));
        assertThat(crc.getValue()).isEqualTo(content.checksum());
    }

    @Test
    void aReadCanBeCancelled() {
        TestContent content = new TestContent(9, 4 * MIB);
        put(key("cancelled"), content);

        for (int i = 0; i < 20; i++) {
            storage()
                    .read(key("cancelled"), 0, content.length())
                    .subscribe()
                    .withSubscriber(AssertSubscriber.create(1))
                    .awaitItems(1, PATIENCE)
                    .cancel();
        }
        assertThat(checksum(storage().read(key("cancelled"), 0, content.length())))
                .isEqualTo(content.checksum());
    }

    @Test
    void saysThatAnObjectIsMissing() {
        assertThatThrownBy(() -> result(storage().head(key("missing")))).isInstanceOf(StorageException.NotFound.class);
        for (long length : new long[] {0, 10}) {
            assertThatThrownBy(() -> checksum(storage().read(key("missing"), 0, length)))
                    .isInstanceOf(StorageException.NotFound.class);
        }
    }

    @Test
    void aReadBeyondTheEndIsNotTakenForWhole() {
        put(key("short"), new TestContent(1, 1000));

        assertThatThrownBy(() -> checksum(storage().read(key("short"), 500, 1000)))
                .isInstanceOf(StorageException.Corrupt.class);
    }

    @Test
    void deletesManyAndTakesMissingOnesAsDeleted() {
        List<String> keys = IntStream.range(0, 5).mapToObj(i -> key("old-" + i)).toList();
        keys.forEach(key -> put(key, new TestContent(1, 10)));
        put(key("young"), new TestContent(1, 10));
        List<String> doomed = new ArrayList<>(keys);
        doomed.add(key("missing"));
        doomed.add(key("no/such/directory"));

        List<Deletion> deletions = result(storage().delete(doomed).collect().asList());

        assertThat(deletions).allMatch(Deletion::succeeded);
        assertThat(deletions).extracting(Deletion::key).containsExactlyInAnyOrderElementsOf(doomed);
        assertThat(keys(prefix)).containsExactly(key("young"));
        assertThat(result(storage().delete(List.of()).collect().asList())).isEmpty();
    }

    @Test
    void aDeletedKeyCanBeUsedAgain() {
        result(storage().put(key("again"), new TestContent(1, 10).content(), Map.of("number", "1")));
        result(storage().delete(List.of(key("again"))).collect().asList());

        put(key("again"), new TestContent(2, 20));

        assertThat(result(storage().head(key("again")))).isEqualTo(new StoredObject(key("again"), 20));
    }

    @Test
    void takesKeysWithUnusualCharacters() {
        List<String> keys = Stream.of(
                        "redis_2026-11-23T10:00:00Z.rdb", "a+b", "a b", "per%20cent", "Grüße-мир", "q?u=e&r#y", "a/b/c")
                .map(this::key)
                .filter(this::acceptsKey)
                .toList();
        keys.forEach(key -> put(key, new TestContent(1, 10)));

        assertThat(keys(prefix)).containsExactlyInAnyOrderElementsOf(keys);
        for (String key : keys) {
            assertThat(keys(key)).contains(key);
            assertThat(result(storage().head(key)).key()).isEqualTo(key);
            assertThat(checksum(storage().read(key, 0, 10))).isEqualTo(new TestContent(1, 10).checksum());
        }
        assertThat(result(storage().delete(keys).collect().asList())).allMatch(Deletion::succeeded);
        assertThat(keys(prefix)).isEmpty();
    }

    @Test
    void removesOldUnfinishedUploadsUnderThePrefixOnly() {
        Assumptions.assumeTrue(abandonUploadOf(key("redis-1_a")));
        abandonUploadOf(key("redis-10_a"));
        put(key("redis-1_b"), new TestContent(1, 10));
        assertThat(unfinished(prefix)).isEqualTo(2);

        Instant now = Instant.now();
        assertThat(result(storage().abortIncomplete(key("redis-1_"), now.minusSeconds(3600), any -> true)))
                .isZero();
        assertThat(unfinished(prefix)).isEqualTo(2);
        assertThat(result(storage().abortIncomplete(key("redis-1_"), now.plusSeconds(60), any -> true)))
                .isEqualTo(1);

        assertThat(unfinished(key("redis-1_"))).isZero();
        assertThat(result(storage().abortIncomplete(prefix, now.plusSeconds(60), key -> !key.contains("redis-10_"))))
                .isZero();
        assertThat(unfinished(prefix)).isEqualTo(1);
        assertThat(keys(prefix)).containsExactly(key("redis-1_b"));
        result(storage().abortIncomplete(prefix, now.plusSeconds(60), any -> true));
    }

    @Test
    void removingUnfinishedUploadsIsHarmlessWithoutAny() {
        put(key("whole"), new TestContent(1, 10));

        assertThat(result(storage().abortIncomplete(prefix, Instant.now().plusSeconds(60), any -> true)))
                .isZero();
        assertThat(keys(prefix)).containsExactly(key("whole"));
    }

    @Test
    void checksAccess() {
        result(storage().checkAccess());
    }

    @Test
    void checksThatItMayWriteAndLeavesNothing() {
        assertThat(result(storage().checkWrite(key("redis-1_")))).isEmpty();
        assertThat(result(storage().checkWrite(key("redis-1_")))).isEmpty();

        assertThat(keys(prefix)).isEmpty();
        assertNothingUnfinished();
    }

    @Test
    void runsTheContentOnWorkersOnly() {
        Thread subscriber = Thread.currentThread();
        AtomicInteger reads = new AtomicInteger();
        // Three parts: the last one begins when the answer to another has come, on an event loop.
        TestContent content = new TestContent(1, 20 << 20);

        Multi<ByteBuffer> bytes = content.content().bytes().onItem().invoke(chunk -> {
            assertThat(Thread.currentThread()).isNotSameAs(subscriber);
            assertThat(Thread.currentThread().getName()).doesNotContain("eventloop", "event-loop", "nioEventLoop");
            reads.incrementAndGet();
        });
        result(storage().put(key("threads"), new Content(bytes, content.length()), Map.of()));

        assertThat(reads).hasPositiveValue();
    }

    protected final String key(String name) {
        return prefix + name;
    }

    protected final StoredObject put(String key, TestContent content) {
        return result(storage().put(key, content.content(), Map.of()));
    }

    /** Sorted. */
    protected final List<String> keys(String prefixOfKeys) {
        return result(storage()
                        .list(prefixOfKeys)
                        .map(StoredObject::key)
                        .collect()
                        .asList())
                .stream()
                .sorted()
                .toList();
    }

    protected final void assertNothingUnfinished() {
        await().atMost(Duration.ofSeconds(5)).until(() -> unfinished(prefix) == 0);
    }

    protected static long checksum(Multi<ByteBuffer> bytes) {
        CRC32C crc = result(bytes.collect().in(CRC32C::new, CRC32C::update));
        return crc.getValue();
    }

    public static <T> T result(Uni<T> uni) {
        return uni.await().atMost(PATIENCE);
    }

    /**
     * Subscribes without any operator in between: those drop an item that meets a cancellation on its way, and neither
     * the storage nor the test would know.
     */
}
