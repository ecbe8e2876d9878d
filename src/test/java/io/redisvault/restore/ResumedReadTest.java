package io.redisvault.restore;

import static io.redisvault.storage.Arrived.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.GcsServer;
import io.redisvault.servers.S3Server;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.TestStorages;
import io.smallrye.mutiny.Multi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups read back over connections that break anywhere, from each kind of storage. */
class ResumedReadTest {

    private static final String KEY = "redis-node_2026-01-02T03:04:05Z.rdb";
    /** What a server sends before the bytes: answers to other requests, too. */
    private static final int HEADERS = 800;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long seed = Long.getLong("cut.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private byte[] dump;

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        dump = Files.readAllBytes(SyntheticDump.write(directory.resolve("dump.rdb"), 3_000_000, 1));
    }

    @Test
    void goesOnInS3WhereItBrokeOff() {
        try (S3Server server = S3Server.start();
                FaultyProxy proxy = FaultyProxy.to(server.endpoint())) {
            breakAnywhere(TestStorages.s3(server, proxy.endpoint()), proxy);
        }
    }

    @Test
    void goesOnInGcsWhereItBrokeOff() {
        try (GcsServer server = GcsServer.start().withBucket("backups");
                FaultyProxy proxy = FaultyProxy.to(server.uri())) {
            breakAnywhere(TestStorages.gcs("backups", proxy.endpoint()), proxy);
        }
    }

    private void breakAnywhere(BackupStorage storage, FaultyProxy proxy) {
        put(storage);
        for (int i = 0; i < 24; i++) {
            int offset = random.nextInt(dump.length);
            int length = 1 + random.nextInt(dump.length - offset);
            int at = random.nextInt(i % 4 < 2 ? HEADERS : length);
            Cut how = Cut.values()[i % 2];
            proxy.cutAfter(at, Direction.TO_CLIENT, Count.ONCE, how);

            assertThat(bytes(TestReaders.of(storage).read(backup(), offset, length)))
                    .as("%d bytes from %d, %s at %d, -Dcut.seed=%d", length, offset, how, at, seed)
                    .isEqualTo(Arrays.copyOfRange(dump, offset, offset + length));
        }
    }

    @Test
    void getsThroughHoweverOftenItBreaksAsLongAsBytesArrive() {
        try (S3Server server = S3Server.start();
                FaultyProxy proxy = FaultyProxy.to(server.endpoint())) {
            BackupStorage storage = TestStorages.s3(server, proxy.endpoint());
            put(storage);
            proxy.cutAfter(200_000, Direction.TO_CLIENT, Count.EACH_CONNECTION, Cut.FIN);

            assertThat(bytes(TestReaders.of(storage).open(backup()).bytes())).isEqualTo(dump);

            assertThat(proxy.cuts()).isGreaterThanOrEqualTo(dump.length / 200_000);
        }
    }

    @Test
    void readsFromADirectoryAsItIs() throws IOException {
        BackupStorage storage = TestStorages.directory(directory.resolve("backups"));
        put(storage);
        BackupReader reader = TestReaders.of(storage);

        assertThat(bytes(reader.read(backup(), 5, 1000))).isEqualTo(Arrays.copyOfRange(dump, 5, 1005));
        BackupReading reading = reader.open(backup());
        assertThat(bytes(reading.bytes())).isEqualTo(dump);
        assertThat(reading.found().rdb().verified()).isTrue();

        Path file = directory.resolve("backups").resolve(KEY);
        Files.write(file, Arrays.copyOf(dump, 2_000_000));
        assertThatThrownBy(() -> bytes(reader.read(backup(), 0, dump.length)))
                .isInstanceOf(StorageException.Corrupt.class);
        Files.delete(file);
        assertThatThrownBy(() -> bytes(reader.read(backup(), 0, dump.length)))
                .isInstanceOf(StorageException.NotFound.class);
    }

    @Test
    void theLastChunkOfABadBackupIsHeldBack() throws IOException {
        dump[random.nextInt(dump.length - 100_000) + 70_000] ^= 1;
        BackupStorage storage = TestStorages.directory(directory.resolve("backups"));
        put(storage);
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();

        assertThatThrownBy(() -> bytes(TestReaders.of(storage).open(backup()).bytes(), arrived))
                .isInstanceOf(InvalidDumpException.class)
                .hasMessageContaining("damaged");

        assertThat(arrived.size()).isPositive().isLessThan(dump.length);
    }

    private void put(BackupStorage storage) {
        Content content = new Content(Multi.createFrom().item(ByteBuffer.wrap(dump)), dump.length);
        storage.put(KEY, content, Map.of()).await().atMost(PATIENCE);
    }

    private Backup backup() {
        return new Backup(
                KEY, KEY, "url", "redis-node", Instant.EPOCH, dump.length, (long) dump.length, null, null, null);
    }
}
