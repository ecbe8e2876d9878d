package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What ends up in the bucket, whatever happens around a run. */
class BackupIT {

    private static final long MIB = 1 << 20;
    private static final FileTime JANUARY = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
    private static Surroundings surroundings;

    @TempDir
    private Path data;

    @TempDir
    private Path elsewhere;

    private String node;
    private Path dump;
    private VaultProcess vault;

    @BeforeAll
    static void startSurroundings() {
        surroundings = Surroundings.start();
    }

    @AfterAll
    static void stopSurroundings() {
        surroundings.close();
    }

    @BeforeEach
    void start(TestInfo test) {
        node = test.getTestMethod().orElseThrow().getName();
        dump = data.resolve("dump.rdb");
        vault = vault().serve();
    }

    private VaultProcess.Builder vault() {
        return surroundings.vault().and("REDIS_NODE_NAME", node).and("REDIS_DATA_PATH", data.toString());
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    @Test
    void aStoredDumpIsTheDumpAndRedisStartsOnIt() throws IOException {
        surroundings.redis().populate(5000, 100);
        saveRedis();

        HttpResponse<String> answer = vault.post("/backup");

        assertThat(answer.statusCode()).isEqualTo(201);
        Path object = surroundings.s3().file(json(answer).getString("backup.key"));
        assertThat(object).hasSameBinaryContentAs(dump);
        try (RedisServer restored = RedisServer.builder().dump(object).start()) {
            assertThat(restored.keys()).isEqualTo(5000);
            assertThat(restored.command("DEBUG", "DIGEST"))
                    .isEqualTo(surroundings.redis().command("DEBUG", "DIGEST"));
        }
    }

    @Test
    void anUnchangedDumpIsNotStoredTwice() throws IOException {
        saveRedis();
        String first = json(vault.post("/backup")).getString("backup.name");

        HttpResponse<String> again = vault.post("/backup");

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).getString("outcome")).isEqualTo("skipped");
        assertThat(json(again).getString("reason")).isEqualTo("unchanged");
        assertThat(json(again).getString("backup.name")).isEqualTo(first);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void anotherDumpOfTheSameSecondGetsANameOfItsOwn() throws IOException {
        for (int seed : new int[] {1, 2}) {
            replaceDump(100_000, seed, JANUARY);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(200);
        }

        assertThat(keys())
                .containsExactlyInAnyOrder(key("2026-01-02T03:04:05Z"), key("2026-01-02T03:04:05.000000001Z"));
        assertThat(surroundings.s3().file(key("2026-01-02T03:04:05.000000001Z")))
                .hasSameBinaryContentAs(dump);

        replaceDump(100_000, 3, JANUARY);
        HttpResponse<String> third = vault.post("/backup");
        assertThat(third.statusCode()).isEqualTo(502);
        assertThat(third.body()).contains("exists and holds something else");
    }

    @Test
    void aBackupOfTheOriginalIsRecognised() throws IOException {
        saveRedis();
        Instant modified = Files.getLastModifiedTime(dump).toInstant();
        String key = key(modified.truncatedTo(ChronoUnit.SECONDS).toString());
        Path object = surroundings.s3().file(key);
        Files.createDirectories(object.getParent());
        Files.copy(dump, object);

        HttpResponse<String> answer = vault.post("/backup");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getString("reason")).isEqualTo("unchanged");
        assertThat(keys()).containsExactly(key);
    }

    @Test
    void aDumpThatIsReplacedHalfWayIsStoredAsItWasOpened() throws IOException {
        replaceDump(200 * MIB, 1, JANUARY);
        Path opened = elsewhere.resolve("opened.rdb");
        Files.createLink(opened, dump);

        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        awaitUpload();
        replaceDump(MIB, 2, FileTime.from(Instant.parse("2026-02-02T03:04:05Z")));

        assertThat(answer.join().statusCode()).isEqualTo(201);
        assertThat(keys()).containsExactly(key("2026-01-02T03:04:05Z"));
        assertThat(surroundings.s3().file(key("2026-01-02T03:04:05Z"))).hasSameBinaryContentAs(opened);
    }

    @Test
    void aDamagedDumpIsRefusedAndLeavesNothing() throws IOException {
        for (long size : new long[] {100_000, 20 * MIB}) {
            Path damaged = SyntheticDump.write(elsewhere.resolve("damaged.rdb"), size, 1);
            byte[] bytes = Files.readAllBytes(damaged);
            bytes[bytes.length / 2] ^= 1;
            Files.write(damaged, bytes);
            Files.move(damaged, dump, StandardCopyOption.REPLACE_EXISTING);

            HttpResponse<String> answer = vault.post("/backup");

            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(json(answer).getString("type")).isEqualTo("urn:redis-vault:problem:dump-corrupt");
            assertThat(json(answer).getString("detail")).contains("CRC-64");
            assertThat(keys()).isEmpty();
            assertThat(unfinishedUploads()).isEmpty();
        }
    }

    @Test
    void withoutADumpThereIsNothingToDo() {
        HttpResponse<String> answer = vault.post("/backup");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getString("reason")).isEqualTo("no-dump");
        assertThat(keys()).isEmpty();
    }

    @Test
    void ofManyRequestsAtOnceOneRuns() throws IOException {
        replaceDump(200 * MIB, 1, JANUARY);

        List<CompletableFuture<HttpResponse<String>>> answers =
                IntStream.range(0, 50).mapToObj(i -> vault.postAsync("/backup")).toList();

        List<Integer> statuses = answers.stream()
                .map(answer -> answer.join().statusCode())
                .sorted()
                .toList();
        assertThat(statuses)
                .hasSize(50)
                .startsWith(201)
                .filteredOn(status -> status == 409)
                .hasSize(49);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void whoDoesNotWaitCanFollow() throws IOException {
        replaceDump(200 * MIB, 1, JANUARY);

        HttpResponse<String> accepted = vault.post("/backup", "Prefer", "wait=10, respond-async");

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.headers().firstValue("Location")).hasValue("/backup");
        awaitUpload();
        JsonPath running = json(vault.get("/backup"));
        assertThat(running.getLong("running.bytesTotal")).isEqualTo(Files.size(dump));
        assertThat(running.getString("running.trigger")).isEqualTo("request");
        awaitIdle();
        assertThat(json(vault.get("/backup")).getString("last.result.outcome")).isEqualTo("stored");
    }

    @Test
    void aRequestThatIsGivenUpDoesNotStopTheBackup() throws IOException {
        replaceDump(200 * MIB, 1, JANUARY);
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        awaitUpload();
        answer.cancel(true);
        awaitIdle();
        assertThat(surroundings.s3().file(key("2026-01-02T03:04:05Z"))).hasSameBinaryContentAs(dump);
    }

    @Test
    void aStopLetsTheUploadFinish() throws IOException {
        replaceDump(200 * MIB, 1, JANUARY);
        vault.postAsync("/backup");
        awaitUpload();
        vault.terminate();
        vault.waitFor();
        assertThat(vault.output()).contains("backup stored");
        assertThat(surroundings.s3().file(key("2026-01-02T03:04:05Z"))).hasSameBinaryContentAs(dump);
    }

    @Test
    void aStopThatCannotWaitLeavesNoHalfObject() throws IOException {
        vault.close();
        vault = vault().and("SHUTDOWN_TIMEOUT", "0s").serve();
        replaceDump(400 * MIB, 1, JANUARY);
        vault.postAsync("/backup");
        awaitUpload();
        vault.terminate();
        vault.waitFor();
        assertThat(vault.output()).contains("the service stopped before the backup was done");
        assertThat(keys()).isEmpty();
        assertThat(unfinishedUploads()).isEmpty();
    }

    @Test
    void neitherRedisNorItsDataDirectoryIsWrittenTo() throws IOException {
        saveRedis();
        List<String> before = describe(data);
        String saves = surroundings.redis().info("rdb_last_save_time");
        String writes = surroundings.redis().info("rdb_changes_since_last_save");

        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);

        assertThat(describe(data)).isEqualTo(before);
        assertThat(surroundings.redis().info("rdb_last_save_time")).isEqualTo(saves);
        assertThat(surroundings.redis().info("rdb_changes_since_last_save")).isEqualTo(writes);
        assertThat(surroundings.redis().info("rdb_bgsave_in_progress")).isEqualTo("0");
    }

    private void replaceDump(long bytes, long seed, FileTime modified) throws IOException {
        Path other = SyntheticDump.write(elsewhere.resolve("other.rdb"), bytes, seed);
        Files.setLastModifiedTime(other, modified);
        Files.move(other, dump, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The dump of the real Redis, in the data directory of this test. */
    private void saveRedis() throws IOException {
        surroundings.redis().save();
        Files.copy(surroundings.redis().dumpFile(), dump, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private String key(String timestamp) {
        return "redis-vault/" + node + "_" + timestamp + ".rdb";
    }

    private List<String> keys() {
        // S3Proxy shows for a moment what it has of an object, under a longer name.
        return ofThisNode(surroundings.s3().keys()).stream()
                .filter(key -> key.endsWith(".rdb"))
                .toList();
    }

    private List<String> unfinishedUploads() {
        return ofThisNode(surroundings.s3().unfinishedUploads());
    }

    private List<String> ofThisNode(List<String> keys) {
        return keys.stream()
                .filter(key -> key.startsWith("redis-vault/" + node + "_"))
                .toList();
    }

    private void awaitIdle() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> json(vault.get("/backup")).getString("state").equals("idle"));
    }

    private void awaitUpload() {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30))
                .until(() -> vault.get("/backup").body().contains("\"upload\""));
    }

    private static List<String> describe(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted()
                    .map(file -> {
                        try {
                            return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    private static JsonPath json(HttpResponse<String> answer) {
        return JsonPath.from(answer.body());
    }
}
