package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends up in the bucket, whatever happens around a cycle. */
class BackupIT {

    private static final long MIB = 1 << 20;

    private Surroundings surroundings;
    private VaultProcess vault;
    private Path dump;

    @BeforeEach
    void start() {
        surroundings = Surroundings.start();
        dump = surroundings.redis().dumpFile();
        vault = surroundings.vault().serve();
    }

    @AfterEach
    void stop() {
        vault.close();
        surroundings.close();
    }

    @Test
    void aStoredDumpIsTheDumpAndRedisStartsOnIt() {
        surroundings.redis().populate(5000, 100);
        surroundings.redis().save();

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
    void anUnchangedDumpIsNotStoredTwice() {
        surroundings.redis().save();
        String first = json(vault.post("/backup")).getString("backup.name");

        HttpResponse<String> again = vault.post("/backup");

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).getString("outcome")).isEqualTo("skipped");
        assertThat(json(again).getString("reason")).isEqualTo("unchanged");
        assertThat(json(again).getString("backup.name")).isEqualTo(first);
        assertThat(surroundings.s3().keys()).hasSize(1);
    }

    @Test
    void anotherDumpOfTheSameSecondGetsANameOfItsOwn(@TempDir Path elsewhere) throws IOException {
        FileTime second = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
        for (int seed : new int[] {1, 2}) {
            replaceDump(elsewhere, 100_000, seed, second);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(200);
        }

        assertThat(surroundings.s3().keys())
                .containsExactlyInAnyOrder(
                        "redis-vault/redis-node_2026-01-02T03:04:05Z.rdb",
                        "redis-vault/redis-node_2026-01-02T03:04:05.000000001Z.rdb");
        assertThat(surroundings.s3().file("redis-vault/redis-node_2026-01-02T03:04:05.000000001Z.rdb"))
                .hasSameBinaryContentAs(dump);

        replaceDump(elsewhere, 100_000, 3, second);
        HttpResponse<String> third = vault.post("/backup");
        assertThat(third.statusCode()).isEqualTo(502);
        assertThat(third.body()).contains("exists and holds something else");
    }

    @Test
    void aBackupOfTheOriginalIsRecognised() throws IOException {
        surroundings.redis().save();
        Instant modified = Files.getLastModifiedTime(dump).toInstant();
        String key = "redis-vault/redis-node_" + modified.truncatedTo(java.time.temporal.ChronoUnit.SECONDS) + ".rdb";
        Path object = surroundings.s3().file(key);
        Files.createDirectories(object.getParent());
        Files.copy(dump, object);

        HttpResponse<String> answer = vault.post("/backup");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getString("reason")).isEqualTo("unchanged");
        assertThat(surroundings.s3().keys()).containsExactly(key);
    }

    @Test
    void aDumpThatIsReplacedHalfWayIsStoredAsItWasOpened(@TempDir Path elsewhere) throws IOException {
        replaceDump(elsewhere, 200 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
        Path opened = elsewhere.resolve("opened.rdb");
        Files.createLink(opened, dump);

        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        awaitUpload();
        replaceDump(elsewhere, MIB, 2, FileTime.from(Instant.parse("2026-02-02T03:04:05Z")));

        assertThat(answer.join().statusCode()).isEqualTo(201);
        assertThat(surroundings.s3().keys()).containsExactly("redis-vault/redis-node_2026-01-02T03:04:05Z.rdb");
        assertThat(surroundings.s3().file("redis-vault/redis-node_2026-01-02T03:04:05Z.rdb"))
                .hasSameBinaryContentAs(opened);
    }

    @Test
    void aDamagedDumpIsRefusedAndLeavesNothing(@TempDir Path elsewhere) throws IOException {
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
            assertThat(surroundings.s3().keys()).isEmpty();
            assertThat(surroundings.s3().unfinishedUploads()).isEmpty();
        }
    }

    @Test
    void withoutADumpThereIsNothingToDo() {
        HttpResponse<String> answer = vault.post("/backup");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getString("reason")).isEqualTo("no-dump");
        assertThat(surroundings.s3().keys()).isEmpty();
    }

    @Test
    void ofManyRequestsAtOnceOneRuns(@TempDir Path elsewhere) throws IOException {
        replaceDump(elsewhere, 200 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));

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
        assertThat(surroundings.s3().keys()).hasSize(1);
    }

    @Test
    void whoDoesNotWaitCanFollow(@TempDir Path elsewhere) throws IOException {
        replaceDump(elsewhere, 200 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));

        HttpResponse<String> accepted = vault.post("/backup", "Prefer", "wait=10, respond-async");

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.headers().firstValue("Location"))
                .hasValueSatisfying(location -> assertThat(location).endsWith("/backup"));
        awaitUpload();
        JsonPath running = json(vault.get("/backup"));
        assertThat(running.getLong("running.bytesTotal")).isEqualTo(Files.size(dump));
        assertThat(running.getString("running.trigger")).isEqualTo("request");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> json(vault.get("/backup")).getString("state").equals("idle"));
        assertThat(json(vault.get("/backup")).getString("last.result.outcome")).isEqualTo("stored");
    }

    @Test
    void aRequestThatIsGivenUpDoesNotStopTheBackup(@TempDir Path elsewhere) throws IOException {
        replaceDump(elsewhere, 200 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        awaitUpload();
        answer.cancel(true);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !surroundings.s3().keys().isEmpty());
        assertThat(surroundings.s3().file("redis-vault/redis-node_2026-01-02T03:04:05Z.rdb"))
                .hasSameBinaryContentAs(dump);
    }

    @Test
    void aStopLetsTheUploadFinish(@TempDir Path elsewhere) throws IOException {
        replaceDump(elsewhere, 200 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
        vault.postAsync("/backup");
        awaitUpload();
        vault.terminate();
        vault.waitFor();
        assertThat(vault.output()).contains("backup stored");
        assertThat(surroundings.s3().file("redis-vault/redis-node_2026-01-02T03:04:05Z.rdb"))
                .hasSameBinaryContentAs(dump);
    }

    @Test
    void aStopThatCannotWaitLeavesNoHalfObject(@TempDir Path elsewhere) throws IOException {
        vault.close();
        vault = surroundings.vault().and("SHUTDOWN_TIMEOUT", "0s").serve();
        replaceDump(elsewhere, 400 * MIB, 1, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
        vault.postAsync("/backup");
        awaitUpload();
        vault.terminate();
        vault.waitFor();
        assertThat(vault.output()).contains("the service stopped before the backup was done");
        assertThat(surroundings.s3().keys()).isEmpty();
        assertThat(surroundings.s3().unfinishedUploads()).isEmpty();
    }

    @Test
    void theDataDirectoryIsNeverWrittenTo() throws IOException {
        surroundings.redis().save();
        Path directory = surroundings.redis().dataDirectory();
        List<String> before = describe(directory);
        String saves = surroundings.redis().info("rdb_last_save_time");

        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);

        assertThat(describe(directory)).isEqualTo(before);
        assertThat(surroundings.redis().info("rdb_last_save_time")).isEqualTo(saves);
        assertThat(surroundings.redis().info("rdb_bgsave_in_progress")).isEqualTo("0");
    }

    private void replaceDump(Path elsewhere, long bytes, long seed, FileTime modified) throws IOException {
        Path other = SyntheticDump.write(elsewhere.resolve("other.rdb"), bytes, seed);
        Files.setLastModifiedTime(other, modified);
        Files.move(other, dump, StandardCopyOption.ATOMIC_MOVE);
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
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    private static JsonPath json(HttpResponse<String> answer) {
        return JsonPath.from(answer.body());
    }
}
