package io.redisvault.restore;

import static io.redisvault.storage.Arrived.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.Backup;
import io.redisvault.backup.StoredForm;
import io.redisvault.codec.AgeEncoder;
import io.redisvault.codec.AgeKeys;
import io.redisvault.codec.Codec;
import io.redisvault.codec.ZstdEncoder;
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
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups in each form, stored in each kind of storage and read back. */
class StoredFormsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AgeKeys.Pair KEYS = AgeKeys.generate();
    private static final String NAME = "redis-node_2026-01-02T03:04:05Z";

    @TempDir
    private Path directory;

    private byte[] dump;
    private BackupStorage storage;

    @BeforeEach
    void write() throws IOException {
        // More than one part of S3 in any form: random bytes do not become fewer.
        dump = Files.readAllBytes(SyntheticDump.write(directory.resolve("dump.rdb"), 9_000_000, 1));
        storage = TestStorages.directory(directory.resolve("backups"));
    }

    @ParameterizedTest
    @EnumSource
    void comeBackFromADirectory(StoredForm form) {
        makeRoundTrip(form);
    }

    @Test
    void comeBackFromS3() {
        try (S3Server server = S3Server.start()) {
            storage = TestStorages.s3(server, server.endpoint());
            for (StoredForm form : StoredForm.values()) {
                makeRoundTrip(form);
            }
        }
    }

    @Test
    void comeBackFromGcs() {
        try (GcsServer server = GcsServer.start().withBucket("backups")) {
            storage = TestStorages.gcs("backups", server.uri());
            for (StoredForm form : StoredForm.values()) {
                makeRoundTrip(form);
            }
        }
    }

    private void makeRoundTrip(StoredForm form) {
        Backup backup = put(form, dump, dump.length);
        byte[] stored = bytes(storage.read(backup.key(), 0, backup.bytes()));

        BackupReading reading = reader().open(backup);
        assertThat(bytes(reading.bytes())).isEqualTo(dump);
        assertThat(reading.found().rdb().verified()).isTrue();
        assertThat(reading.found().dumpBytes()).isEqualTo(dump.length);
        assertThat(reading.bytesDone()).isEqualTo(backup.bytes());

        reading = reader().open(backup);
        assertThat(bytes(reading.storedBytes())).isEqualTo(stored);
        assertThat(reading.found().rdb().verified()).isTrue();
        assertThat(bytes(reader().download(backup))).isEqualTo(stored);
        assertThat(storage.put(
                                backup.key(),
                                content(form, Multi.createFrom().item(ByteBuffer.wrap(dump)), dump.length),
                                Map.of())
                        .onFailure(StorageException.AlreadyExists.class)
                        .recoverWithNull()
                        .await()
                        .atMost(PATIENCE))
                .isNull();
    }

    @Test
    void goOnWhereTheConnectionBroke() {
        try (S3Server server = S3Server.start();
                FaultyProxy proxy = FaultyProxy.to(server.endpoint())) {
            storage = TestStorages.s3(server, proxy.endpoint());
            Backup backup = put(StoredForm.COMPRESSED_AND_ENCRYPTED, dump, dump.length);
            proxy.cutAfter(2_000_000, Direction.TO_CLIENT, Count.EACH_CONNECTION, Cut.RST);
            assertThat(bytes(reader().open(backup).bytes())).isEqualTo(dump);
            assertThat(proxy.cuts()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void areStoredWholeOrNotAtAllWhereTheConnectionBreaks() {
        try (S3Server server = S3Server.start();
                FaultyProxy proxy = FaultyProxy.to(server.endpoint())) {
            storage = TestStorages.s3(server, proxy.endpoint());
            for (int cut = 1; cut < 9; cut++) {
                proxy.cutAfter(cut * 1_000_000L, Direction.TO_SERVER, Count.ONCE, Cut.FIN);
                Backup backup = put(StoredForm.COMPRESSED_AND_ENCRYPTED, dump, dump.length);
                assertThat(bytes(reader().open(backup).bytes())).isEqualTo(dump);
                storage.delete(List.of(backup.key())).collect().asList().await().atMost(PATIENCE);
            }
            assertThat(proxy.cuts()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void areReadWhereTheStorageKeepsNoFacts(StoredForm form) {
        Backup backup = put(form, dump, null);
        assertThat(bytes(reader().open(backup).bytes())).isEqualTo(dump);
        assertThat(bytes(reader().open(backup).storedBytes())).hasSize((int) backup.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void areRefusedBeforeTheirLastByteIfTheDumpIsBad(StoredForm form) {
        dump[5_000_000] ^= 1;
        for (Long size : Arrays.asList((long) dump.length, null)) {
            Backup backup = put(form, dump, size);
            ByteArrayOutputStream arrived = new ByteArrayOutputStream();
            assertThatThrownBy(() -> bytes(reader().open(backup).bytes(), arrived))
                    .isInstanceOf(InvalidDumpException.class)
                    .hasMessageContaining("CRC-64");
            assertThat(arrived.size()).isPositive().isLessThan(dump.length);
            arrived.reset();
            assertThatThrownBy(() -> bytes(reader().open(backup).storedBytes(), arrived))
                    .isInstanceOf(InvalidDumpException.class);
            assertThat((long) arrived.size()).isPositive().isLessThan(backup.bytes());
            storage.delete(List.of(backup.key())).collect().asList().await().atMost(PATIENCE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "PLAIN", mode = EnumSource.Mode.EXCLUDE)
    void endTheReadingAtTheFirstByteThatIsTooMany(StoredForm form) {
        Backup backup = put(form, dump, dump.length - 1);
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        assertThatThrownBy(() -> bytes(reader().open(backup).bytes(), arrived))
                .isInstanceOf(InvalidDumpException.class)
                .hasMessageMatching(".*(more than the|instead of) \\d+.*");
        assertThat(arrived.size()).isLessThan(dump.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vcs-lz4-multiblock", "vcs-zstd-multiblock", "vcs-lz4", "vcs-zstd-rdbchecksum-no"})
    void comeBackAsTheServerCompressedThem(String sample) throws IOException {
        byte[] enclosed = Files.readAllBytes(Path.of("src/test/resources/samples/" + sample + ".rdb"));
        for (StoredForm form : List.of(StoredForm.PLAIN, StoredForm.ENCRYPTED)) {
            BackupReading reading = reader().open(put(form, enclosed, enclosed.length));
            assertThat(bytes(reading.bytes())).isEqualTo(enclosed);
            assertThat(reading.found().rdb().version()).isEqualTo(81);
            assertThat(reading.found().rdb().verified()).isEqualTo(!sample.contains("no"));
        }
    }

    @Test
    void anEncryptedOneIsSealedWithoutItsIdentity() {
        Backup backup = put(StoredForm.COMPRESSED_AND_ENCRYPTED, dump, dump.length);
        BackupReader blind = TestReaders.of(storage);

        assertThatThrownBy(() -> bytes(blind.open(backup).bytes()))
                .isInstanceOf(RestoreException.class)
                .hasMessage(
                        backup.name() + " is encrypted: name the file of its identity with RESTORE_AGE_IDENTITY_FILE");
        BackupReading reading = blind.open(backup);
        assertThat(bytes(reading.storedBytes())).hasSize((int) backup.bytes());
        assertThat(reading.found().rdb()).isNull();

        BackupReader other = TestReaders.of(storage, AgeKeys.generate().identity());
        for (Multi<ByteBuffer> bytes :
                List.of(other.open(backup).bytes(), other.open(backup).storedBytes())) {
            assertThatThrownBy(() -> bytes(bytes))
                    .isInstanceOf(RestoreException.class)
                    .hasMessage("no identity of RESTORE_AGE_IDENTITY_FILE opens " + backup.name()
                            + ": it is encrypted for others");
        }
        assertThat(bytes(other.download(backup))).hasSize((int) backup.bytes());
    }

    @Test
    void anEncryptedOneInADirectoryIsComparedWithItsChecksumWithoutItsIdentity() throws IOException {
        Function<Backup, Path> file = backup -> directory.resolve("backups").resolve(backup.key());
        assertThatTheBlindSeeAFlippedBit(100_000, file, "CRC32C");
        assertThatTheBlindSeeAFlippedBit(9_000_000, file, "CRC32C");

        Backup backup = put(StoredForm.ENCRYPTED, dump, dump.length);
        Files.getFileAttributeView(file.apply(backup), UserDefinedFileAttributeView.class)
                .delete("redis-vault-crc32c");
        BackupReading reading = TestReaders.of(storage).open(backup);
        assertThat(bytes(reading.storedBytes())).hasSize((int) backup.bytes());
        assertThat(reading.found().note())
                .isEqualTo("it is encrypted, so that only its length and age's header were checked; the storage has no"
                        + " checksum of it; set RESTORE_AGE_IDENTITY_FILE to check its content");
    }

    @Test
    void anEncryptedOneInS3IsComparedWithItsChecksumWithoutItsIdentity() throws IOException {
        try (S3Server server = S3Server.start()) {
            storage = TestStorages.s3(server, server.endpoint());
            assertThatTheBlindSeeAFlippedBit(100_000, backup -> server.file(backup.key()), "MD5 of its ETag");
            // In two parts.
            assertThatTheBlindSeeAFlippedBit(9_000_000, backup -> server.file(backup.key()), "CRC-32");
        }
    }

    @Test
    void anEncryptedOneInGcsIsComparedWithItsChecksumWithoutItsIdentity() throws IOException {
        try (GcsServer server = GcsServer.start().withBucket("backups")) {
            storage = TestStorages.gcs("backups", server.uri());
            assertThatTheBlindSeeAFlippedBit(9_000_000, backup -> server.file("backups", backup.key()), "CRC32C");
        }
    }

    /** @param file that the storage keeps the backup in */
    private void assertThatTheBlindSeeAFlippedBit(int size, Function<Backup, Path> file, String checksum)
            throws IOException {
        Backup backup = put(StoredForm.ENCRYPTED, Arrays.copyOf(dump, size), size);
        BackupReader blind = TestReaders.of(storage);
        BackupReading reading = blind.open(backup);
        assertThat(bytes(reading.storedBytes())).hasSize((int) backup.bytes());
        assertThat(reading.found().note())
                .isEqualTo("it is encrypted, so that only its length, age's header and the storage's checksum ("
                        + checksum + ") were checked; set RESTORE_AGE_IDENTITY_FILE to check its content");

        try (FileChannel stored =
                FileChannel.open(file.apply(backup), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            stored.read(last, size);
            stored.write(ByteBuffer.wrap(new byte[] {(byte) (last.get(0) ^ 1)}), size);
        }
        for (Multi<ByteBuffer> bytes : List.of(blind.open(backup).storedBytes(), blind.download(backup))) {
            ByteArrayOutputStream arrived = new ByteArrayOutputStream();
            assertThatThrownBy(() -> bytes(bytes, arrived))
                    .isInstanceOf(InvalidDumpException.class)
                    .hasMessageMatching(
                            "these are not the bytes that were stored: their " + checksum + " is \\S+ instead of \\S+");
            assertThat((long) arrived.size()).isLessThan(backup.bytes());
        }
        storage.delete(List.of(backup.key())).collect().asList().await().atMost(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyObjectIsNoBackup(StoredForm form) {
        Backup empty = new Backup(
                NAME + suffix(form),
                "empty" + suffix(form),
                "url",
                "redis-node",
                Instant.EPOCH,
                0,
                null,
                null,
                null,
                null);
        storage.put(empty.key(), new Content(Multi.createFrom().empty(), 0), Map.of())
                .await()
                .atMost(PATIENCE);
        for (BackupReader any : List.of(reader(), TestReaders.of(storage))) {
            assertThatThrownBy(() -> bytes(any.open(empty).storedBytes())).isInstanceOf(InvalidDumpException.class);
        }
    }

    private BackupReader reader() {
        return TestReaders.of(storage, KEYS.identity());
    }

    /** @param dumpBytes as the metadata say; null if there are none */
    private Backup put(StoredForm form, byte[] content, Number dumpBytes) {
        Multi<ByteBuffer> bytes = Multi.createFrom().item(() -> ByteBuffer.wrap(content));
        if (form.isCompressed()) {
            Multi<ByteBuffer> plain = bytes;
            bytes = Codec.apply(() -> new ZstdEncoder(1, content.length), plain);
        }
        if (form.isEncrypted()) {
            Multi<ByteBuffer> plain = bytes;
            bytes = Codec.apply(() -> new AgeEncoder(List.of(KEYS.recipient())), plain);
        }
        String key = NAME + "." + form + suffix(form);
        long stored = storage.put(key, content(form, bytes, content.length), Map.of())
                .await()
                .atMost(PATIENCE)
                .size();
        return new Backup(
                key,
                key,
                "url",
                "redis-node",
                Instant.EPOCH,
                stored,
                dumpBytes == null ? null : dumpBytes.longValue(),
                null,
                null,
                null);
    }

    private static String suffix(StoredForm form) {
        return ".rdb" + (form.isCompressed() ? ".zst" : "") + (form.isEncrypted() ? ".age" : "");
    }

    private static Content content(StoredForm form, Multi<ByteBuffer> bytes, long size) {
        return new Content(bytes, form.limit(size), form == StoredForm.PLAIN);
    }
}
