package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.luben.zstd.Zstd;
import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.config.Reading;
import io.redisvault.docs.Page;
import io.redisvault.rdb.EveryType;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.TargetServer;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.TlsIdentity;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.TestStorages;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real servers, each told to load a backup by this process. */
class LiveRestoreTest {

    private static final int MIB = 1 << 20;
    private static final String BACKUP = "redis-node_2026-01-02T03:04:05Z.rdb";

    @AutoClose("closeAndAwait")
    private static final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path backups;

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final List<BackupReading> readings = new CopyOnWriteArrayList<>();
    private final BackupReading.Listener listener = new BackupReading.Listener() {
        @Override
        public void begins(BackupReading reading) {
            readings.add(reading);
        }

        @Override
        public void step(String line) {
            steps.add(line);
        }
    };

    /** Of each kind that is here. */
    private static Stream<Path> servers() {
        return AppendOnlyIT.servers();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void everyTypeIsLoadedWhileTheServerRunsAndItsReplicaFollows(Path program) throws IOException {
        List<Object> state = backUp(program);
        try (RedisServer redis = RedisServer.builder().executable(program).start();
                RedisServer replica = RedisServer.builder().executable(program).start()) {
            long process = redis.pid();
            replica.replicaOf(redis);

            LiveRestore.Loaded loaded = load(redis, options(false));

            assertThat(RoundTripIT.state(redis)).isEqualTo(state);
            assertThat(redis.info("role")).isEqualTo("master");
            assertThat(redis.pid()).isEqualTo(process);
            assertThat(loaded.server().totalKeys()).isEqualTo(keys(redis));
            assertThat(loaded.notes()).isEmpty();
            Awaitility.await().until(() -> state.equals(RoundTripIT.state(replica)));
        }
    }

    /** It rewrites its append-only files by itself. */
    @ParameterizedTest
    @MethodSource("servers")
    void anAppendOnlyServerStartsAgainWithAllOfIt(Path program) throws IOException {
        Object digest = backUp(program).get(0);
        try (RedisServer redis = RedisServer.builder()
                .executable(program)
                .setting("appendonly", "yes")
                .setting("appendfsync", "always")
                .start()) {
            redis.set("old", "1");

            load(redis, options(true));

            assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(digest);
            redis.set("written since", "1");
            Awaitility.await().until(() -> redis.info("aof_rewrite_in_progress").equals("0"));
            redis.restart();
            redis.restart();
            assertThat(redis.command("GET", "written since")).isEqualTo("1");
            redis.command("DEL", "written since");
            assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    /** Of its master the server wants a password, and it loads from the connection; of us SECURITY.md's user is enough. */
    @ParameterizedTest
    @MethodSource("servers")
    void theUserOfTheDocumentationIsEnough(Path program) throws IOException {
        Object digest = backUp(program).get(0);
        try (RedisServer redis = RedisServer.builder()
                .executable(program)
                .password("of-the-default-user")
                .setting("masterauth", "for-a-master")
                .setting("masteruser", "somebody")
                .setting("repl-diskless-load", "swapdb")
                .start()) {
            redis.command(documentedUser("s3cret"));
            redis.command("ACL", "LOG", "RESET");

            LiveRestore.Loaded loaded = load(redis.url("restore", "s3cret"), options(false));

            assertThat(loaded.notes()).isEmpty();
            assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(redis.list("ACL", "LOG")).isEmpty();
        }
    }

    /** It finds out by its first attempt that TLS is spoken here. */
    @ParameterizedTest
    @MethodSource("servers")
    void aServerThatReplicatesByTlsIsSentTheBackupByTls(Path program) throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), 4 * MIB, 1);
        TlsIdentity identity = TlsIdentity.generate(backups, "ip:127.0.0.1");
        try (RedisServer redis = RedisServer.builder().executable(program).start()) {
            assumeThat(redis.replicatesByTls(identity)).isTrue();

            restore(
                            vertx,
                            TestStorages.directory(backups),
                            Redis.createClient(vertx, redis.url()),
                            "REDIS_CONNECTION=" + redis.url().replace("redis:", "rediss:"),
                            "REDIS_CLIENT_CERT_FILE=" + identity.certificate(),
                            "REDIS_CLIENT_KEY_FILE=" + identity.key())
                    .run(BackupReader.Selection.LATEST, options(false), listener)
                    .await()
                    .atMost(Duration.ofMinutes(1));

            assertThat(redis.keys()).isEqualTo(SyntheticDump.keys(4 * MIB));
            assertThat(redis.info("role")).isEqualTo("master");
        }
    }

    private static String[] documentedUser(String password) {
        return Page.of("SECURITY.md")
                .text()
                .lines()
                .filter(line -> line.startsWith("ACL SETUSER restore "))
                .findFirst()
                .orElseThrow()
                .replace("PASSWORD", password)
                .split(" ");
    }

    @Test
    void whatIsNotAllowedChangesNothing() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        try (RedisServer redis = RedisServer.builder()
                        .user("restore", "s3cret", "-@all +info")
                        .start();
                RedisServer managed = RedisServer.builder()
                        .setting("rename-command", "REPLICAOF", "")
                        .start()) {
            redis.set("old", "1");
            assertThatThrownBy(() -> load(redis.url("restore", "s3cret"), options(true)))
                    .isInstanceOf(RestoreException.class)
                    .hasMessageStartingWith(
                            "loading " + BACKUP + " into redis://127.0.0.1:" + redis.port() + "/0 failed: ")
                    .hasMessageContaining("NOPERM", "replicaof", "SECURITY.md")
                    .hasMessageEndingWith("it is a master, and it holds its old data, 1 key");
            assertThatThrownBy(() -> load(managed, options(true)))
                    .hasMessageContaining("unknown command", "a managed service")
                    .hasMessageEndingWith("it is empty, as before");
            assertThat(redis.command("GET", "old")).isEqualTo("1");
        }
    }

    @Test
    void aServerThatMayNotBeReplacedIsLeftAsItIs() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        try (RedisServer redis = RedisServer.start();
                RedisServer other = RedisServer.start();
                RedisServer node =
                        RedisServer.builder().setting("cluster-enabled", "yes").start()) {
            redis.populate(7, 10);
            assertRefused(
                    redis,
                    false,
                    "is not empty, it holds 7 keys, and has loaded no backup since it started: pass --force");
            assertRefused(node, true, "is a node of a cluster");
            other.replicaOf(redis);
            assertRefused(other, true, "is a replica of 127.0.0.1:" + redis.port() + ": restore into its master");
            assertThat(steps).isEmpty();
            try (Socket sentinel = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
                sentinel.getOutputStream()
                        .write("SUBSCRIBE __sentinel__:hello\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(sentinel.getInputStream().read()).isEqualTo('*');
                assertRefused(redis, true, "is watched by a Sentinel");
            }
            assertThat(redis.keys()).isEqualTo(7);
            assertThat(redis.info("role")).isEqualTo("master");
        }
    }

    @Test
    void aServerThatIsNotReachedIsNamedWithoutItsPassword() {
        // Of a range that is for documentation only.
        assertThatThrownBy(() -> load("redis://198.51.100.1:6379", options(true)))
                .hasMessage("redis://198.51.100.1:6379/0 runs on another machine: name an address of this one that it"
                        + " reaches, with --listen HOST:PORT");
        try (RedisServer redis = RedisServer.builder().password("right").start()) {
            assertThatThrownBy(() -> load("redis://:wr0ng@127.0.0.1:" + redis.port(), options(true)))
                    .hasMessageContaining("redis://127.0.0.1:" + redis.port())
                    .hasMessageContaining("WRONGPASS")
                    .hasMessageContaining("--into redis://user:password@host:port")
                    .message()
                    .doesNotContain("wr0ng");
        }
    }

    @Test
    void aBackupThatIsDamagedNeverReachesTheServer() throws IOException {
        Path good = SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        Path damaged = backups.resolve("redis-node_2026-01-03T03:04:05Z.rdb");
        byte[] bytes = Files.readAllBytes(good);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);
        try (RedisServer redis = RedisServer.start()) {
            String history = redis.info("master_replid");

            assertThatThrownBy(() -> load(redis, options(false)))
                    .hasMessageStartingWith(damaged.getFileName() + " is corrupt: the dump is damaged");
            assertThat(redis.info("master_replid")).isEqualTo(history);
            assertThat(redis.log()).doesNotContain("REPLICAOF");

            BackupReader.Selection orOlder = BackupReader.Selection.LATEST.orOlder(true);
            assertThat(load(redis.url(), orOlder, options(false)).backup().name())
                    .isEqualTo(BACKUP);
            assertThat(redis.keys()).isEqualTo(SyntheticDump.keys(MIB));
        }
    }

    @Test
    void aDumpThatIsTooNewForTheServerNeverReachesIt() throws IOException {
        Files.copy(Path.of("src/test/resources/samples/redis-8.6.3.rdb"), backups.resolve(BACKUP));
        try (RedisServer redis = RedisServer.start()) {
            assertRefused(redis, true, "is of RDB version 13, which redis " + redis.version());
            assertThat(redis.log()).doesNotContain("REPLICAOF");
        }
    }

    /** Its length is not that of the dump, which nobody has recorded here. */
    @Test
    void aCompressedBackupIsSentAsTheDumpThatItWas() throws IOException {
        Path dump = SyntheticDump.write(backups.resolve("dump"), MIB, 1);
        Files.write(backups.resolve(BACKUP + ".zst"), Zstd.compress(Files.readAllBytes(dump)));
        try (RedisServer redis = RedisServer.start()) {
            assertThat(load(redis, options(false)).backup().name()).isEqualTo(BACKUP + ".zst");
            assertThat(redis.keys()).isEqualTo(SyntheticDump.keys(MIB));
        }
    }

    /** It would end itself, and not start again. */
    @Test
    void aServerWithFewDatabasesIsToldOfThemBefore() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        try (RedisServer redis =
                RedisServer.builder().setting("databases", "15").start()) {
            assertThatThrownBy(() -> load(redis, options(false)))
                    .hasMessageStartingWith("the server has fewer than 16 databases")
                    .hasMessageContaining("--force");
            assertThat(load(redis, options(true)).server().totalKeys()).isEqualTo(SyntheticDump.keys(MIB));
        }
    }

    @Test
    void aServerThatDiesIsWaitedForAndSaysWhatItHolds() throws Exception {
        SyntheticDump.write(backups.resolve(BACKUP), 8 * MIB, 1);
        try (RedisServer redis = RedisServer.start()) {
            redis.set("old", "1");
            redis.save();
            CompletableFuture<LiveRestore.Loaded> load = stalling(redis.url())
                    .run(BackupReader.Selection.LATEST, options(true), listener)
                    .subscribeAsCompletionStage();
            awaitSending();
            redis.kill();
            redis.restart();

            assertThat(load.handle((loaded, failure) -> failure).get())
                    .hasMessageContaining("the server gave up the connection before it had loaded the backup")
                    .hasMessageEndingWith("it is a master, and it holds its old data, 1 key");
        }
    }

    @Test
    void aCommandThatTheServerTakesLateLeavesAMasterToo() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        try (RedisServer redis = RedisServer.start()) {
            assertThatThrownBy(() -> restore(
                                    vertx,
                                    TestStorages.directory(backups),
                                    late(Redis.createClient(vertx, redis.url())),
                                    "REDIS_CONNECTION=" + redis.url(),
                                    "REDIS_TIMEOUT=300ms")
                            .run(BackupReader.Selection.LATEST, options(true), listener)
                            .await()
                            .atMost(Duration.ofMinutes(1)))
                    .hasMessageContaining("no answer within 300 ms; it is a master");
            assertThat(redis.info("role")).isEqualTo("master");
        }
    }

    /** A client whose REPLICAOF reaches the server only after the next INFO, and is never answered. */
    @SuppressWarnings("unchecked")
    private static Redis late(Redis client) {
        io.vertx.redis.client.Redis real = client.getDelegate();
        AtomicReference<Request> held = new AtomicReference<>();
        return Redis.newInstance((io.vertx.redis.client.Redis) Proxy.newProxyInstance(
                LiveRestoreTest.class.getClassLoader(),
                new Class<?>[] {io.vertx.redis.client.Redis.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("send")) {
                        return method.invoke(real, arguments);
                    }
                    Request request = (Request) arguments[0];
                    String text = request.toString().toUpperCase(Locale.ROOT);
                    if (text.contains("REPLICAOF") && !text.contains("ONE")) {
                        held.set(request);
                        return proxy;
                    }
                    Request late = text.contains("INFO") ? held.getAndSet(null) : null;
                    Future<Response> answer = real.send(request);
                    (late == null
                                    ? answer
                                    : answer.compose(info -> real.send(late).map(info)))
                            .onComplete((Handler<AsyncResult<Response>>) arguments[1]);
                    return proxy;
                }));
    }

    @Test
    void anAttemptThatIsCancelledLeavesAMaster() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), 8 * MIB, 1);
        try (RedisServer redis = RedisServer.start()) {
            redis.set("old", "1");
            Cancellable running = stalling(redis.url())
                    .run(BackupReader.Selection.LATEST, options(true), listener)
                    .subscribe()
                    .with(loaded -> {});
            awaitSending();
            running.cancel();

            Awaitility.await().until(() -> redis.info("role").equals("master"));
            assertThat(redis.command("GET", "old")).isEqualTo("1");
        }
    }

    @Test
    void aStopOfThisProcessLeavesAMasterAndSaysSo() throws Exception {
        SyntheticDump.write(backups.resolve(BACKUP), 8 * MIB, 1);
        try (RedisServer redis = RedisServer.start()) {
            redis.set("old", "1");
            LiveRestore restore = stalling(redis.url());
            CompletableFuture<LiveRestore.Loaded> load = restore.run(
                            BackupReader.Selection.LATEST, options(true), listener)
                    .subscribeAsCompletionStage();
            awaitSending();
            restore.stop(new ShutdownEvent());

            assertThat(redis.info("role")).isEqualTo("master");
            assertThat(load.handle((loaded, failure) -> failure).get())
                    .hasMessageEndingWith("failed: stopped; it is a master, and it holds its old data, 1 key");
        }
    }

    @Test
    void whatAKilledRestoreLeftIsSaidAndMendedByForce() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), MIB, 1);
        try (RedisServer redis = RedisServer.start()) {
            redis.set("old", "1");
            redis.command("REPLICAOF", "127.0.0.1", "1");
            assertRefused(
                    redis,
                    false,
                    "which it does not reach; it holds 1 key, and has loaded no backup since it started.");

            load(redis, options(true));

            assertThat(redis.info("role")).isEqualTo("master");
            assertThat(redis.keys()).isEqualTo(SyntheticDump.keys(MIB));
            assertRefused(redis, false, "all of the backup with CRC-64 ");
        }
    }

    /** One that gets no more than some MiB of the backup when it reads it for the server. */
    private LiveRestore stalling(String url) {
        return restore(
                vertx,
                reading(TestStorages.directory(backups), bytes -> Multi.createBy()
                        .concatenating()
                        .streams(bytes.select().first(40), Multi.createFrom().nothing())),
                url);
    }

    /** A storage whose second reading, that for the server, is changed. */
    @SuppressWarnings("unchecked")
    private static BackupStorage reading(BackupStorage storage, UnaryOperator<Multi<ByteBuffer>> change) {
        AtomicInteger reads = new AtomicInteger();
        return (BackupStorage) Proxy.newProxyInstance(
                LiveRestoreTest.class.getClassLoader(),
                new Class<?>[] {BackupStorage.class},
                (proxy, method, arguments) -> {
                    Object answer = method.invoke(storage, arguments);
                    return method.getName().equals("read") && reads.incrementAndGet() == 2
                            ? change.apply((Multi<ByteBuffer>) answer)
                            : answer;
                });
    }

    /** They wait for no master that is silent for so long, neither at the beginning of a dump nor in the middle. */
    @Test
    void aStorageThatIsSilentForLongerThanTheServersPatienceIsWaitedFor() throws IOException {
        SyntheticDump.write(backups.resolve(BACKUP), 2 * MIB, 1);
        try (RedisServer redis =
                        RedisServer.builder().setting("repl-timeout", "4").start();
                RedisServer diskless = RedisServer.builder()
                        .setting("repl-timeout", "4")
                        .setting("repl-diskless-load", "swapdb")
                        .start()) {
            Stream.of(redis, diskless)
                    .map(server -> restore(vertx, hesitating(), server.url())
                            .run(BackupReader.Selection.LATEST, options(false), listener)
                            .subscribeAsCompletionStage())
                    .toList()
                    .forEach(CompletableFuture::join);

            for (RedisServer server : List.of(redis, diskless)) {
                assertThat(server.keys()).isEqualTo(SyntheticDump.keys(2 * MIB));
                assertThat(server.log()).doesNotContain("Timeout", "I/O error");
            }
        }
    }

    private BackupStorage hesitating() {
        return reading(TestStorages.directory(backups), bytes -> Multi.createBy()
                .concatenating()
                .streams(
                        bytes.select().first(1).onSubscription().call(LiveRestoreTest::pause),
                        bytes.skip().first(1).onSubscription().call(LiveRestoreTest::pause)));
    }

    private static Uni<Void> pause() {
        return Uni.createFrom().voidItem().onItem().delayIt().by(Duration.ofSeconds(6));
    }

    private void awaitSending() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> readings.size() == 2 && readings.get(1).bytesDone() > MIB);
    }

    private void assertRefused(RedisServer redis, boolean force, String message) {
        assertThatThrownBy(() -> load(redis, options(force)))
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining("127.0.0.1:" + redis.port() + "/0 ")
                .hasMessageContaining(message);
    }

    private static LiveRestore.Options options(boolean force) {
        return new LiveRestore.Options(Optional.empty(), force, false, Optional.empty());
    }

    private LiveRestore.Loaded load(RedisServer redis, LiveRestore.Options options) {
        return load(redis.url(), options);
    }

    private LiveRestore.Loaded load(String url, LiveRestore.Options options) {
        return load(url, BackupReader.Selection.LATEST, options);
    }

    private LiveRestore.Loaded load(String url, BackupReader.Selection selection, LiveRestore.Options options) {
        return restore(url).run(selection, options, listener).await().atMost(Duration.ofMinutes(2));
    }

    private LiveRestore restore(String url) {
        return restore(vertx, TestStorages.directory(backups), url);
    }

    /** Into the server at an address, of the backups in a storage. */
    static LiveRestore restore(Vertx vertx, BackupStorage storage, String url) {
        return restore(vertx, storage, Redis.createClient(vertx, url), "REDIS_CONNECTION=" + url);
    }

    private static LiveRestore restore(Vertx vertx, BackupStorage storage, Redis client, String... settings) {
        String[] all = Stream.concat(Stream.of("STORAGE_URL=file:///backups"), Stream.of(settings))
                .toArray(String[]::new);
        TargetServer server = new TargetServer(client, Reading.config(all), vertx);
        return new LiveRestore(TestReaders.of(storage), server, vertx);
    }

    /** The state of a server with every type, first its digest, whose backup is the one that there is. */
    private List<Object> backUp(Path program) throws IOException {
        try (RedisServer redis = RedisServer.builder().executable(program).start()) {
            EveryType.fill(redis);
            redis.save();
            Files.copy(redis.dumpFile(), backups.resolve(BACKUP));
            return RoundTripIT.state(redis);
        }
    }

    private static long keys(RedisServer redis) {
        return redis.command("INFO", "keyspace")
                .lines()
                .filter(line -> line.startsWith("db"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*keys=(\\d+).*", "$1")))
                .sum();
    }
}
