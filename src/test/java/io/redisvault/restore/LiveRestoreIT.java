package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.TlsIdentity;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import io.redisvault.storage.TestStorages;
import io.restassured.path.json.JsonPath;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command, and what it leaves when it is stopped or killed. */
class LiveRestoreIT {

    private static final int KILLS = Integer.getInteger("live.kills", 50);

    private static final long MIB = 1 << 20;
    private static final long SIZE = 40 * MIB;
    private static final long SMALL = 16 * MIB;
    private static final String PASSWORD = "s3cret/of+vault";

    @AutoClose("closeAndAwait")
    private static final Vertx vertx = Vertx.vertx();

    @TempDir
    private static Path backups;

    @TempDir
    private static Path small;

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @BeforeAll
    static void backUp() throws IOException {
        SyntheticDump.write(backups.resolve("redis-node_2026-01-02T03:04:05Z.rdb"), SIZE, 1);
        SyntheticDump.write(small.resolve("redis-node_2026-01-02T03:04:05Z.rdb"), SMALL, 1);
    }

    @Test
    void theServerOfTheSettingsIsReachedByTlsWithTheirPasswordAndFetchesItByTls() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        try (RedisServer redis = RedisServer.builder()
                        .user("vault", PASSWORD, "-@all +info +replicaof +pubsub|numsub +select")
                        .start();
                TlsProxy proxy = TlsProxy.to(redis.port())) {
            String address = "rediss://localhost:" + proxy.port();
            VaultProcess.Builder vault = vault().and("REDIS_CONNECTION", "rediss://vault@localhost:" + proxy.port())
                    .and("REDIS_PASSWORD_FILE", password.toString())
                    .and("REDIS_CA_FILE", proxy.certificate().toString());
            TlsIdentity identity = TlsIdentity.generate(directory, "ip:127.0.0.1");
            if (redis.replicatesByTls(identity)) {
                vault.and("REDIS_CLIENT_CERT_FILE", identity.certificate().toString())
                        .and("REDIS_CLIENT_KEY_FILE", identity.key().toString());
            }

            Exit exit = vault.run("restore", "--into", address, "--json");

            assertThat(exit.code()).as(exit.err()).isZero();
            JsonPath json = JsonPath.from(exit.out());
            assertThat(json.getString("outcome")).isEqualTo("restored");
            assertThat(json.getString("path")).isEqualTo(address + "/0");
            assertThat(json.getString("server")).isEqualTo("redis " + redis.version());
            assertThat(json.getLong("keys")).isEqualTo(redis.keys()).isEqualTo(SyntheticDump.keys(SIZE));
            assertThat(exit.err())
                    .contains("is good, " + address + "/0 fetches it")
                    .doesNotContain(PASSWORD);
        }
    }

    /** The password of the settings is that of another server. */
    @Test
    void aDrillOnAnEmptyServerSaysWhatItLoaded() {
        try (RedisServer redis = RedisServer.start()) {
            Exit exit = vault().and("REDIS_PASSWORD", PASSWORD).run("drill", "--into", redis.url(), "--flush");

            assertThat(exit.code()).as(exit.err()).isZero();
            assertThat(exit.out())
                    .contains("loaded by redis " + redis.version())
                    .contains("database 0: " + SyntheticDump.keys(SIZE) + " keys")
                    .containsPattern("drill passed in \\d+\\.\\d+ s");
            assertThat(redis.keys()).isZero();
        }
    }

    @Test
    void aStopLeavesAMasterAndSaysWhatItHolds() {
        // It takes two seconds to load it.
        try (RedisServer redis =
                        RedisServer.builder().setting("key-load-delay", "50000").start();
                VaultProcess vault = begin(redis, backups)) {
            vault.terminate();

            assertThat(vault.waitFor().code()).isEqualTo(143);
            assertThat(redis.info("role")).isEqualTo("master");
            assertThat(vault.output()).containsPattern("failed: stopped; it is a master, and it (holds|is empty)");
        }
    }

    /** Two at a time, since each waits for its server. */
    @Test
    void theNextCallAfterAKillSaysWhichDataTheServerHolds() {
        System.out.println("LiveRestoreIT: -Dkill.seed=" + seed);
        // The first use of Mutiny sets up what two threads may not set up at once.
        Uni.createFrom().item(() -> seed).await().indefinitely();
        Stream.of(0, 1)
                .map(lane -> CompletableFuture.runAsync(() -> kill(new Random(seed + lane), (KILLS + lane) / 2)))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private void kill(Random random, int kills) {
        long life = lifeOfOneThatIsNotKilled();
        for (int kill = 0; kill < kills; kill++) {
            try (RedisServer redis = RedisServer.start()) {
                redis.set("old", "1");
                String old = redis.command("DEBUG", "DIGEST");
                try (VaultProcess vault = begin(redis, small)) {
                    pause((long) (random.nextDouble() * life));
                    vault.kill();
                }
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> redis.info("loading")
                        .equals("0"));

                long keys = redis.keys();
                String holds;
                if (keys == 1) {
                    assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(old);
                    holds = "it holds 1 key, and has loaded no backup since it started";
                } else if (keys == 0) {
                    holds = "it holds no keys";
                } else {
                    assertThat(keys).as("-Dkill.seed=%d", seed).isEqualTo(SyntheticDump.keys(SMALL));
                    holds = "it holds " + keys + " keys: all of the backup with CRC-64 ";
                }
                LiveRestore next = LiveRestoreTest.restore(vertx, TestStorages.directory(small), redis.url());
                assertThatThrownBy(() -> next.run(BackupReader.Selection.LATEST, options(), reading -> {})
                                .await()
                                .indefinitely())
                        .as("-Dkill.seed=%d", seed)
                        .hasMessageContaining(holds);
                System.out.println("LiveRestoreIT: " + redis.info("role") + ", " + holds);
            }
        }
    }

    /** Milliseconds from the moment on at which others are killed. */
    private static long lifeOfOneThatIsNotKilled() {
        try (RedisServer redis = RedisServer.start();
                VaultProcess vault = begin(redis, small)) {
            long began = System.nanoTime();
            assertThat(vault.waitFor().code()).isZero();
            return Duration.ofNanos(System.nanoTime() - began).toMillis();
        }
    }

    private static LiveRestore.Options options() {
        return new LiveRestore.Options(Optional.empty(), false, false, Optional.empty());
    }

    /** Returns when the server has been told to fetch the backup, or is about to be. */
    private static VaultProcess begin(RedisServer redis, Path storage) {
        VaultProcess vault = vault().and("STORAGE_URL", "file://" + storage)
                .jvm("-XX:TieredStopAtLevel=1")
                .launch("restore", "--force", "--into", redis.url());
        while (vault.isRunning() && !vault.output().contains(" fetches it")) {
            pause(1);
        }
        return vault;
    }

    private static VaultProcess.Builder vault() {
        return VaultProcess.with(Map.of("STORAGE_URL", "file://" + backups));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
