package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.codec.AgeKeys;
import io.redisvault.config.Reading;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.ClusterNode;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.TestStorages;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs of backups into a directory, by a clock that somebody sets. */
class BackupPipelineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final SetClock clock = new SetClock("2026-11-23T10:20:00Z");
    private final Map<String, String> settings = new HashMap<>();
    private final List<CompletedRun> ended = new ArrayList<>();
    private Uni<ServerInfo> state = Uni.createFrom().item(ServerInfo.parse("role:master"));
    private Optional<ClusterNode> place = Optional.empty();
    private BackupStorage storage;
    private Path dump;

    @BeforeEach
    void prepare() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        dump = data.resolve("dump.rdb");
        storage =
                withClock(TestStorages.directory(Files.createDirectory(directory.resolve("backups"))), clock::instant);
        settings.put("REDIS_DATA_PATH", data.toString());
        settings.put("REDIS_NODE_NAME", "node");
        settings.put("S3_PREFIX", "vault");
        saves("2026-11-23T10:00:00Z", 1);
    }

    @Test
    void storesTheDumpUnderTheTimeOfItsLastWrite() {
        Stored stored = (Stored) run();

        assertThat(stored.backup().key()).isEqualTo("vault/node_2026-11-23T10:00:00Z.rdb");
        assertThat(directory.resolve("backups").resolve(stored.backup().key())).hasSameBinaryContentAs(dump);
        assertThat(stored.backup().rdb().verified()).isTrue();
    }

    @Test
    void skipsADumpThatIsStoredAlready() {
        run();

        Skipped skipped = (Skipped) run();

        assertThat(skipped.reason()).isEqualTo(Reason.UNCHANGED);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void givesAnotherDumpOfTheSameSecondANameOfItsOwn() throws IOException {
        run();
        saves("2026-11-23T10:00:00.5Z", 2);

        run();

        assertThat(keys())
                .containsExactly(
                        "vault/node_2026-11-23T10:00:00.500000000Z.rdb", "vault/node_2026-11-23T10:00:00Z.rdb");
    }

    @Test
    void recordsWhatTheServerTellsOfItself() {
        String id = "0123456789abcdef0123456789abcdef01234567";
        state = Uni.createFrom().item(ServerInfo.parse("role:master\nmaster_replid:" + id));
        place = Optional.of(new ClusterNode("node", null, "0-5460,9000", false, false));

        Stored stored = (Stored) run();

        assertThat(stored.backup().origin()).isEqualTo(new Backup.Origin(id, "node", null, "0-5460,9000"));
    }

    /** Amazon S3 takes 2 KB of names and values. */
    @Test
    void slotsInManyRangesStillFitTheMetadata() {
        String id = "f".repeat(40);
        String slots = IntStream.iterate(0, slot -> slot < 16_384, slot -> slot + 2)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" "));
        state = Uni.createFrom().item(ServerInfo.parse("role:master\nmaster_replid:" + id));
        place = ClusterNode.of(id + " h:1@2,,shard-id=" + id + " myself,master - 0 0 1 connected " + slots);

        Stored stored = (Stored) run();

        assertThat(stored.backup().slots()).contains(place.orElseThrow().slots());
        Map<String, String> metadata =
                storage.head(stored.backup().key()).await().atMost(PATIENCE).metadata();
        assertThat(metadata).containsEntry("cluster-shard", id);
        // The dump itself may have three texts of 128 characters.
        assertThat(metadata.entrySet().stream()
                        .mapToInt(
                                fact -> fact.getKey().length() + fact.getValue().length())
                        .sum())
                .isLessThan(2048 - 3 * 128);
    }

    @Test
    void neverStoresADumpThatIsDamaged() throws IOException {
        try (FileChannel file = FileChannel.open(dump, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), Files.size(dump) / 2);
        }

        Failed failed = (Failed) run();

        assertThat(failed.reason()).isEqualTo(Reason.DUMP_CORRUPT);
        assertThat(failed.detail()).contains("CRC-64");
        assertThat(files()).isEmpty();
    }

    @Test
    void storesADumpAsItIsWhereItIsNotToBeVerified() throws IOException {
        settings.put("VERIFY_DUMP", "false");
        Files.writeString(dump, "something else");

        Stored stored = (Stored) run();

        assertThat(stored.backup().rdb()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void storesInTheFormThatTheSettingsSay(StoredForm form) {
        set(form);

        Stored stored = (Stored) run();

        assertThat(stored.backup().key()).isEqualTo("vault/node_2026-11-23T10:00:00Z" + form.suffix());
        assertThat(stored.backup().dumpBytes()).isEqualTo(size(dump));
        assertThat(stored.backup().bytes())
                .isEqualTo(size(directory.resolve("backups/" + stored.backup().key())));
        assertThat(stored.backup().rdb().checksum()).isNotNull();
        assertThat(runner().last()).isEmpty();
    }

    /** Whatever form the dump was stored in. */
    @ParameterizedTest
    @EnumSource
    void skipsADumpThatIsStoredInAnyForm(StoredForm form) throws IOException {
        set(form);
        run();
        for (StoredForm other : StoredForm.values()) {
            set(other);
            assertThat(((Skipped) run()).reason()).isEqualTo(Reason.UNCHANGED);
        }
        assertThat(keys()).hasSize(1);

        saves("2026-11-23T10:00:00.5Z", 2);
        assertThat(((Stored) run()).backup().key()).isEqualTo("vault/node_2026-11-23T10:00:00.500000000Z.rdb.zst.age");
        assertThat(run()).isInstanceOf(Skipped.class);
    }

    /** Where there are no metadata, it is stored once more, under its exact time. */
    @Test
    void storesAnEncryptedDumpTwiceWhereTheStorageKeepsNoFacts() {
        storage = withoutFacts(storage);
        set(StoredForm.ENCRYPTED);

        assertThat(run()).isInstanceOf(Stored.class);
        assertThat(run()).isInstanceOf(Stored.class);
        assertThat(run()).isInstanceOf(Skipped.class);
        assertThat(keys())
                .containsExactly(
                        "vault/node_2026-11-23T10:00:00.000000001Z.rdb.age", "vault/node_2026-11-23T10:00:00Z.rdb.age");
    }

    @Test
    void retentionCountsAllFormsAlike() throws IOException {
        settings.put("RETENTION_KEEP_LAST", "2");
        for (StoredForm form : StoredForm.values()) {
            set(form);
            saves("2026-11-23T0" + form.ordinal() + ":00:00Z", form.ordinal());
            run();
        }
        assertThat(keys())
                .containsExactly(
                        "vault/node_2026-11-23T02:00:00Z.rdb.age", "vault/node_2026-11-23T03:00:00Z.rdb.zst.age");
    }

    @ParameterizedTest
    @CsvSource({"vcs-lz4, true", "vcs-zstd, true", "vcs-zstd-rdbchecksum-no, false", "vcs-lz4-multiblock, true"})
    void neverCompressesWhatTheServerHasCompressed(String sample, boolean verified) throws IOException {
        Path file = Path.of("src/test/resources/samples/" + sample + ".rdb");
        Files.copy(file, dump, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(dump, FileTime.from(Instant.parse("2026-11-23T10:00:00Z")));
        set(StoredForm.COMPRESSED);

        Stored stored = (Stored) run();

        assertThat(stored.backup().key()).endsWith("Z.rdb");
        assertThat(directory.resolve("backups").resolve(stored.backup().key())).hasSameBinaryContentAs(file);
        assertThat(stored.backup().rdb())
                .isEqualTo(
                        new Backup.Rdb(81, "valkey 9.2.0", stored.backup().rdb().createdAt(), null, verified));
        assertThat(((Skipped) run()).reason()).isEqualTo(Reason.UNCHANGED);

        set(StoredForm.COMPRESSED_AND_ENCRYPTED);
        saves("2026-11-23T10:00:00Z", 3);
        Files.copy(file, dump, StandardCopyOption.REPLACE_EXISTING);
        assertThat(((Stored) run()).backup().key()).endsWith("Z.rdb.age");
    }

    @Test
    void skipsARoleThatIsNotBackedUpAndANodeThatLoads() {
        settings.put("BACKUP_REPLICA", "false");
        answers(Role.REPLICA, false);
        assertThat(((Skipped) run()).reason()).isEqualTo(Reason.ROLE);

        answers(Role.MASTER, true);
        assertThat(((Skipped) run()).reason()).isEqualTo(Reason.LOADING);
        assertThat(files()).isEmpty();
    }

    @Test
    void saysWhetherThereIsNoDumpYetOrNoDirectory() throws IOException {
        Files.delete(dump);
        Skipped none = (Skipped) run();
        assertThat(none.reason()).isEqualTo(Reason.NO_DUMP);
        assertThat(none.detail())
                .isEqualTo(
                        dump + " does not exist; Redis has not saved yet, or saves elsewhere, as CONFIG GET dir tells:"
                                + " correct REDIS_DATA_PATH then");
        Path other = Files.createFile(dump.resolveSibling("dump-6379.rdb"));
        assertThat(((Skipped) run()).detail())
                .isEqualTo(dump + " does not exist; there is dump-6379.rdb: correct DUMP_FILENAME");
        Files.delete(other);

        Files.delete(dump.getParent());
        Failed failed = (Failed) run();
        assertThat(failed.reason()).isEqualTo(Reason.DUMP_UNREADABLE);
        assertThat(failed.detail())
                .isEqualTo(dump.getParent() + ": there is no such directory; correct REDIS_DATA_PATH");
    }

    @Test
    void saysWhatCannotBeReadInPlainWordsAndNothingOfAFaultOfItsOwn() throws IOException {
        Files.delete(dump);
        Files.delete(dump.getParent());
        Files.createFile(dump.getParent());
        assertThat(((Failed) run()).detail()).isEqualTo(dump + ": it is not a directory, or below what is none");

        state = Uni.createFrom().failure(new IllegalStateException("a text of a library"));
        assertThat(run()).isInstanceOfSatisfying(Failed.class, fault -> {
            assertThat(fault.reason()).isEqualTo(Reason.INTERNAL);
            assertThat(fault.detail()).isEqualTo("a fault of Redis Vault, its log says more");
        });
    }

    @Test
    void storesWithAnyRateLimit() {
        for (String rate : List.of("10485760", "16777216", "67108864", "1073741824")) {
            settings.put("BACKUP_RATE_LIMIT", rate);
            settings.put("S3_PREFIX", rate);

            assertThat(run()).isInstanceOf(Stored.class);
        }
    }

    @Test
    void keepsTheNewestBackupsAndDeletesTheOthersOfThisNodeOnly() throws IOException {
        settings.put("RETENTION_KEEP_LAST", "2");
        Path foreign =
                Files.createDirectories(directory.resolve("backups/vault")).resolve("node_2_2020-01-01T00:00:00Z.rdb");
        Files.createFile(foreign);
        for (int hour = 6; hour < 10; hour++) {
            saves("2026-11-23T0" + hour + ":00:00Z", hour);
            run();
        }

        assertThat(keys())
                .containsExactly(
                        "vault/node_2026-11-23T08:00:00Z.rdb",
                        "vault/node_2026-11-23T09:00:00Z.rdb",
                        "vault/node_2_2020-01-01T00:00:00Z.rdb");
    }

    @Test
    void deletesNothingWhereTheStoragesClockDisagrees() throws IOException {
        settings.put("RETENTION_KEEP_LAST", "0");
        settings.put("RETENTION_KEEP_DURATION", "30d");
        run();
        Instant now = clock.instant();
        storage = withClock(storage, () -> now);
        clock.set(Instant.parse("2040-01-01T00:00:00Z"));
        saves("2040-01-01T00:00:00Z", 2);

        Stored stored = (Stored) run();

        assertThat(stored.retention().notDeleted()).singleElement().asString().contains("nothing was deleted", "NTP");
        assertThat(keys()).hasSize(2);
    }

    @Test
    void runsOneBackupAtATime() {
        CompletableFuture<ServerInfo> answer = new CompletableFuture<>();
        state = Uni.createFrom().completionStage(answer);
        BackupRunner runner = runner();
        Uni<BackupOutcome> first = runner.start(Trigger.REQUEST);

        assertThatThrownBy(() -> runner.start(Trigger.SCHEDULE)).isInstanceOf(BackupRunningException.class);

        answer.complete(ServerInfo.parse("role:master"));
        assertThat(first.await().atMost(PATIENCE)).isInstanceOf(Stored.class);
        assertThat(runner.running()).isEmpty();
        assertThat(runner.last()).contains(ended.get(0));
    }

    @Test
    void aListenerThatFailsIsLoggedAndTheRunEnds() {
        List<String> said = new ArrayList<>();
        Logger log = Logger.getLogger(BackupRunner.class.getName());
        log.setFilter(line -> said.add(line.getMessage()));
        try {
            BackupRunner runner = runner(run -> {
                throw new IllegalStateException("a fault of a listener");
            });
            assertThat(runner.start(Trigger.REQUEST).await().atMost(PATIENCE)).isInstanceOf(Stored.class);
            assertThat(runner.running()).isEmpty();
            assertThat(said).containsExactly("what follows a run failed");
        } finally {
            log.setFilter(null);
        }
    }

    private void set(StoredForm form) {
        settings.put("BACKUP_COMPRESSION", form.isCompressed() ? "zstd:3" : "none");
        settings.put(
                "BACKUP_AGE_RECIPIENTS", form.isEncrypted() ? AgeKeys.generate().recipient() : "");
    }

    private static long size(Path file) {
        return file.toFile().length();
    }

    private BackupOutcome run() {
        return runner().start(Trigger.REQUEST).await().atMost(PATIENCE);
    }

    private BackupRunner runner() {
        return runner(ended::add);
    }

    private BackupRunner runner(Consumer<CompletedRun> ends) {
        VaultConfig config = Reading.config(settings);
        BackupNaming naming = new BackupNaming(config);
        BackupCatalog catalog = new BackupCatalog(storage, naming);
        BackupMetadata metadata = new BackupMetadata(clock);
        BackupRetention retention =
                new BackupRetention(storage, catalog, naming, new NodeNameConflict(storage, metadata), config, clock);
        BackupPipeline pipeline = new BackupPipeline(
                () -> state,
                node -> Uni.createFrom().item(place),
                storage,
                new BackupWriter(storage, naming, catalog),
                retention,
                metadata,
                config);
        return new BackupRunner(pipeline, Events.to(ends), clock, config);
    }

    private void answers(Role role, boolean loading) {
        state = Uni.createFrom().item(ServerInfo.parse("role:" + role.word() + "\nloading:" + (loading ? 1 : 0)));
    }

    private void saves(String time, long seed) throws IOException {
        SyntheticDump.write(dump, 300_000, seed);
        Files.setLastModifiedTime(dump, FileTime.from(Instant.parse(time)));
    }

    private List<String> keys() {
        return storage.list("vault/").collect().asList().await().atMost(PATIENCE).stream()
                .map(object -> object.key())
                .sorted()
                .toList();
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.walk(directory.resolve("backups"))) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BackupStorage withClock(BackupStorage storage, Supplier<Instant> time) {
        return with(storage, "clock", arguments -> Uni.createFrom().item(Optional.of(time.get())));
    }

    private static BackupStorage withoutFacts(BackupStorage storage) {
        return with(storage, "put", call -> storage.put((String) call[0], (Content) call[1], Map.of()));
    }

    private static BackupStorage with(BackupStorage storage, String call, Function<Object[], Object> answer) {
        return (BackupStorage) Proxy.newProxyInstance(
                BackupStorage.class.getClassLoader(),
                new Class<?>[] {BackupStorage.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        return answer.apply(arguments);
                    }
                    try {
                        return method.invoke(storage, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
