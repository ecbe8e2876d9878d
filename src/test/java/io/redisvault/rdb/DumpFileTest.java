package io.redisvault.rdb;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.ProcessStatus;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class DumpFileTest extends DumpOnDisk {

    // What is opened

    @Test
    void tellsSizeTimeAndFacts() throws IOException {
        Instant modified = Instant.parse("2026-11-23T01:02:03.123456789Z");
        Files.setLastModifiedTime(path, FileTime.from(modified));
        try (DumpFile dump = DumpFile.open(path, true)) {
            assertThat(dump.size()).isEqualTo(bytes.length);
            assertThat(dump.modified()).isEqualTo(modified);
            RdbSummary facts = dump.facts().orElseThrow();
            assertThat(facts.size()).isEqualTo(bytes.length);
            assertThat(facts.checksummed()).isTrue();
            assertThat(facts.header().createdAt()).contains(Instant.ofEpochSecond(SyntheticDump.CTIME));
        }
    }

    @Test
    void followsASymbolicLink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        try (DumpFile dump = DumpFile.open(link, true)) {
            assertThat(dump.size()).isEqualTo(bytes.length);
        }
    }

    @Test
    void refusesWhatIsNoRegularFile() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> DumpFile.open(directory.resolve("none"), true));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> DumpFile.open(directory, true))
                .withMessage(directory + ": it is a directory");
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> DumpFile.open(loop, true))
                .withMessageContaining("Too many levels of symbolic links");
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> DumpFile.open(Path.of("/dev/zero"), true))
                .withMessage("/dev/zero: it is no regular file");
    }

    @Test
    void saysInOneLineWhyThereIsNone() throws IOException {
        Files.delete(path);
        Files.createSymbolicLink(path, Path.of("/nowhere/a\nb.rdb"));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> DumpFile.open(path, true));
        assertThat(DumpFile.whyMissing(path))
                .isEqualTo(path + " is a link to /nowhere/a?b.rdb, which does not exist here; mount that, too");

        Files.delete(path);
        Files.createFile(path.resolveSibling("c\n\u001b[31m.rdb"));
        assertThat(DumpFile.whyMissing(path)).endsWith("; there is c??[31m.rdb: correct DUMP_FILENAME");
    }

    @Test
    void refusesABadEndOrStartAtOnce() throws IOException {
        write(Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> DumpFile.open(path, true)).hasMessageContaining("EOF opcode ff is missing");
        write(new byte[0]);
        assertThatThrownBy(() -> DumpFile.open(path, true)).hasMessageContaining("is empty");
        write("hello, this is something else".getBytes());
        assertThatThrownBy(() -> DumpFile.open(path, true)).hasMessageContaining("not an RDB file");
    }

    @Test
    void tellsTheTimeOfTheVeryFileThatItOpenedWhileOthersAreRenamedOverIt() throws Exception {
        replacePath(0);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong generation = new AtomicLong();
        Future<?> redis = workers.submit(() -> {
            while (!done.get()) {
                replacePath(generation.incrementAndGet() % 10_000);
            }
        });
        try {
            for (int n = 0; n < 2000 || generation.get() < 500; n++) {
                try (DumpFile dump = DumpFile.open(path, false)) {
                    assertThat(dump.modified().getEpochSecond()).isEqualTo(1_000_000 + dump.size());
                    assertThat(collect(dump.bytes())).hasSize((int) dump.size());
                }
            }
        } finally {
            done.set(true);
        }
        redis.get();
    }

    /** Renames a new file over the path whose time tells its size. */
    private void replacePath(long size) {
        try {
            Path next = Files.write(directory.resolve("next"), new byte[(int) size]);
            Files.setLastModifiedTime(next, FileTime.from(Instant.ofEpochSecond(1_000_000 + size)));
            Files.move(next, path, ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // What is read

    @Test
    void readsTheWholeAsOftenAsWanted() throws IOException {
        try (DumpFile dump = DumpFile.open(path, true)) {
            assertThat(collect(dump.bytes())).isEqualTo(bytes);
            assertThat(collect(verified(dump))).isEqualTo(bytes);
        }
    }

    @Test
    void readsOnTheThreadThatAsksNoMoreThanItAskedFor() throws IOException {
        try (DumpFile dump = DumpFile.open(path, true)) {
            Set<String> threads = ConcurrentHashMap.newKeySet();
            AssertSubscriber<ByteBuffer> subscriber = subscribe(
                    dump.bytes()
                            .onItem()
                            .invoke(() -> threads.add(Thread.currentThread().getName())),
                    2);
            subscriber.awaitItems(2, PATIENCE);
            // Nothing was read ahead: what is written now is what is read next.
            overwrite(2 * DumpFile.CHUNK, "changed".getBytes());
            subscriber.awaitNextItem(PATIENCE);
            assertThat(subscriber.getItems()).hasSize(3);
            assertThat(subscriber.getLastItem().get(0)).isEqualTo((byte) 'c');
            overwrite(3 * DumpFile.CHUNK, "changed".getBytes());
            subscriber.awaitNextItem(PATIENCE);
            assertThat(subscriber.getItems()).hasSize(4);
            assertThat(subscriber.getLastItem().get(0)).isEqualTo((byte) 'c');
            assertThat(threads).containsExactly(Thread.currentThread().getName());
            subscriber.cancel();
        }
    }

    @Test
    void answersEndlessSmallRequestsOnASmallStack() throws Exception {
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(1L << 28);
        }
        ExecutorService smallStack =
                Executors.newSingleThreadExecutor(task -> new Thread(null, task, "small stack", 200 * 1024));
        try (DumpFile dump = DumpFile.open(path, false)) {
            assertThat(smallStack.submit(() -> readOneByOne(dump).get()).get(20, SECONDS))
                    .isEqualTo(1L << 28);
        } finally {
            smallStack.shutdownNow();
        }
    }

    /** Asks for the next chunk whenever one has come; yields how many bytes came. */
    private static CompletableFuture<Long> readOneByOne(DumpFile dump) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        AtomicLong bytes = new AtomicLong();
        dump.bytes()
                .subscribe()
                .with(
                        started -> {
                            subscription.set(started);
                            started.request(1);
                        },
                        chunk -> {
                            bytes.addAndGet(chunk.remaining());
                            subscription.get().request(1);
                        },
                        done::completeExceptionally,
                        () -> done.complete(bytes.get()));
        return done;
    }

    @Test
    void readsADumpThatIsNotVerified() throws IOException {
        bytes[bytes.length - 9] = 1;
        write(bytes);
        try (DumpFile dump = DumpFile.open(path, false)) {
            assertThat(dump.facts()).isEmpty();
            assertThat(collect(dump.bytes())).isEqualTo(bytes);
        }
    }

    // What happens meanwhile

    @Test
    void deliversTheOldDumpWhenANewOneIsRenamedOverIt() throws IOException {
        try (DumpFile dump = DumpFile.open(path, true)) {
            AssertSubscriber<ByteBuffer> subscriber = subscribe(dump.bytes(), 1);
            subscriber.awaitItems(1, PATIENCE);
            Path next = SyntheticDump.write(directory.resolve("temp-1.rdb"), 300_000, 2);
            Files.move(next, path, ATOMIC_MOVE);
            Files.delete(path);
            subscriber.request(Long.MAX_VALUE).awaitCompletion(PATIENCE);
            assertThat(join(subscriber.getItems())).isEqualTo(bytes);
        }
    }

    @Test
    void failsWhenTheDumpShrinksGrowsOrChanges() throws IOException {
        List<Change> changes = List.of(
                new Change("shrank while it was read", () -> truncate(bytes.length - 1)),
                new Change("shrank while it was read", () -> truncate(DumpFile.CHUNK)),
                new Change("shrank while it was read", () -> truncate(0)),
                new Change("grew while it was read: it has", () -> Files.write(path, new byte[1], APPEND)),
                new Change("is damaged", () -> overwrite(3 * DumpFile.CHUNK, "changed".getBytes())),
                new Change(
                        "its header or its footer is another now",
                        () -> overwrite(bytes.length - 1, new byte[] {(byte) ~bytes[bytes.length - 1]})),
                new Change("the EOF opcode ff is missing", () -> overwrite(bytes.length - 9, new byte[1])),
                new Change("its header or its footer is another now", () -> overwrite(bytes.length - 8, new byte[8])));
        for (Change change : changes) {
            write(bytes);
            try (DumpFile dump = DumpFile.open(path, true)) {
                AssertSubscriber<ByteBuffer> subscriber = subscribe(verified(dump), 1);
                subscriber.awaitItems(1, PATIENCE);
                change.action().run();
                subscriber
                        .request(Long.MAX_VALUE)
                        .awaitFailure(PATIENCE)
                        .assertFailedWith(InvalidDumpException.class, change.message());
                assertThat(join(subscriber.getItems()))
                        .as("never the last chunk: %s", change.message())
                        .hasSizeLessThanOrEqualTo(bytes.length / DumpFile.CHUNK * DumpFile.CHUNK);
            }
        }
    }

    @Test
    void failsWhenADumpWithoutVerificationShrinksOrGrows() throws IOException {
        List<Change> changes = List.of(
                new Change("shrank while it was read", () -> truncate(bytes.length - 1)),
                new Change("grew while it was read: it has", () -> Files.write(path, new byte[1], APPEND)));
        for (Change change : changes) {
            write(bytes);
            try (DumpFile dump = DumpFile.open(path, false)) {
                change.action().run();
                assertThatThrownBy(() -> collect(dump.bytes())).hasMessageContaining(change.message());
            }
        }
    }

    @Test
    void failsWhenTheHeaderOfADumpWithoutChecksumChanges() throws IOException {
        Arrays.fill(bytes, bytes.length - 8, bytes.length, (byte) 0);
        write(bytes);
        try (DumpFile dump = DumpFile.open(path, true)) {
            overwrite(8, new byte[] {'7'});
            assertThatThrownBy(() -> collect(verified(dump)))
                    .hasMessageContaining("its header or its footer is another now");
        }
    }

    private Multi<ByteBuffer> verified(DumpFile dump) {
        return new RdbVerifier(dump.facts().orElseThrow()).check(dump.bytes());
    }

    @Test
    void failsWhenItWasClosed() throws IOException {
        DumpFile dump = DumpFile.open(path, true);
        dump.close();
        assertThatThrownBy(() -> collect(dump.bytes()))
                .hasRootCauseInstanceOf(java.nio.channels.ClosedChannelException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesNoDescriptorOpen() throws IOException {
        try (DumpFile dump = DumpFile.open(path, true)) {
            assertThat(ProcessStatus.own().openFilesBelow(directory)).isEqualTo(1);
            collect(dump.bytes());
            subscribe(dump.bytes(), 1).awaitItems(1, PATIENCE).cancel();
            assertThat(ProcessStatus.own().openFilesBelow(directory)).isEqualTo(1);
        }
        write(new byte[100]);
        assertThatThrownBy(() -> DumpFile.open(path, true)).isInstanceOf(InvalidDumpException.class);
        assertThatThrownBy(() -> DumpFile.open(directory, true)).isInstanceOf(IOException.class);
        assertThat(ProcessStatus.own().openFilesBelow(directory)).isZero();
    }

    private record Change(String message, Action action) {}

    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }
}
