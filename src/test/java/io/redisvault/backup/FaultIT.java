package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.BusyFront;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What the storage can do to a run: how the run ends, what is left, and that the next one succeeds. */
class FaultIT {

    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");
    private static Surroundings surroundings;

    private Scene scene;

    @BeforeAll
    static void startSurroundings() {
        surroundings = Surroundings.start();
    }

    @AfterAll
    static void stopSurroundings() {
        surroundings.close();
    }

    @BeforeEach
    void start(TestInfo test) throws IOException {
        scene = new Scene(surroundings, test.getTestMethod().orElseThrow().getName());
        scene.newDump(20 * MIB, 1, JANUARY);
    }

    @AfterEach
    void stop() throws IOException {
        scene.close();
    }

    @Test
    void aSlowStorageMayTakeLongerThanTheTimeout() throws IOException {
        try (VaultProcess vault = scene.vault().and("STORAGE_TIMEOUT", "4s").serve()) {
            scene.proxy().throttle(2 * MIB);
            stores(vault);
        }
    }

    @Test
    void aStorageThatHangsFromTheStartIsGivenUp() throws IOException {
        try (VaultProcess vault = scene.vault().and("STORAGE_TIMEOUT", "1s").serve()) {
            scene.proxy().hang();
            fails(vault.post("/backup"), "S3 did not answer within 2000 ms, twice STORAGE_TIMEOUT");
            scene.proxy().pass();
            stores(vault);
        }
    }

    @Test
    void anUploadWhoseBeginningIsNotAnsweredIsGivenUp() throws IOException {
        try (BusyFront front = BusyFront.to(surroundings.s3().endpoint());
                VaultProcess vault = scene.vault()
                        .and("S3_ENDPOINT", front.endpoint().toString())
                        .and("STORAGE_TIMEOUT", "1s")
                        .serve()) {
            front.hang("POST .*uploads.*");
            fails(vault.post("/backup"), "S3 did not answer within 2000 ms, twice STORAGE_TIMEOUT");
        }
    }

    @Test
    void aStorageThatHangsHalfWayIsGivenUp() throws IOException {
        try (VaultProcess vault = scene.vault()
                .and("STORAGE_TIMEOUT", "1s")
                .and("UNFINISHED_UPLOAD_AGE", "0s")
                .serve()) {
            CompletableFuture<HttpResponse<String>> answer = slowUpload(vault);
            scene.proxy().hang();
            fails(answer.join(), "S3 did not answer");
            scene.proxy().pass();
            stores(vault);
            assertThat(scene.unfinishedUploads()).isEmpty();
        }
    }

    @Test
    void aShortStormOfSlowDownIsSatOut() throws IOException {
        try (BusyFront front = BusyFront.to(surroundings.s3().endpoint());
                VaultProcess vault = behind(front)) {
            front.answer(3, "PUT .*partNumber=2.*", 503, "SlowDown");
            stores(vault);
            assertThat(front.answered()).isEqualTo(3);

            scene.newDump(20 * MIB, 1, JANUARY.plusSeconds(1));
            front.answer(2, ".*", 500, "InternalError");
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            assertThat(front.answered()).isEqualTo(2);
        }
    }

    @Test
    void anEndlessStormOfSlowDownFailsTheCycle() throws IOException {
        try (BusyFront front = BusyFront.to(surroundings.s3().endpoint());
                VaultProcess vault = scene.vault()
                        .and("S3_ENDPOINT", front.endpoint().toString())
                        .and("STORAGE_TIMEOUT", "3s")
                        .serve()) {
            front.answer(Integer.MAX_VALUE, "PUT .*partNumber=2.*", 503, "SlowDown");
            fails(vault.post("/backup"), "S3 answered 503 SlowDown");
            assertThat(front.answered()).isGreaterThan(3);
            assertThat(scene.unfinishedUploads()).isEmpty();
            front.answer(0, ".*", 503, "SlowDown");
            stores(vault);
        }
    }

    @Test
    void aMissingPermissionFailsAtOnceAndIsNamed() throws IOException {
        try (BusyFront front = BusyFront.to(surroundings.s3().endpoint());
                VaultProcess vault = behind(front)) {
            front.answer(Integer.MAX_VALUE, "PUT .*partNumber=2.*", 403, "AccessDenied");
            fails(vault.post("/backup"), "the credentials lack s3:PutObject on bucket 'redis-vault'");
            assertThat(front.answered()).isOne();
            assertThat(scene.unfinishedUploads()).isEmpty();
        }
    }

    @Test
    void aClockThatIsWrongFailsAtOnceAndIsNamed() throws IOException {
        try (BusyFront front = BusyFront.to(surroundings.s3().endpoint());
                VaultProcess vault = behind(front)) {
            front.answer(Integer.MAX_VALUE, "POST .*uploads.*", 403, "RequestTimeTooSkewed");
            fails(vault.post("/backup"), "this machine's clock is wrong; set it by NTP");
        }
    }

    @Test
    void wrongCredentialsFailAtOnceAndAreNamed() throws IOException {
        try (VaultProcess wrong =
                scene.vault().and("AWS_SECRET_ACCESS_KEY", "wrong").serve()) {
            fails(wrong.post("/backup"), "credentials are wrong", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
            assertThat(wrong.output()).doesNotContain(surroundings.s3().secretKey());
        }
        try (VaultProcess vault = scene.vault().serve()) {
            stores(vault);
        }
    }

    @Test
    void aBucketThatIsDeletedHalfWayFailsTheCycleUntilItIsBack() throws IOException {
        try (VaultProcess vault = scene.vault().serve()) {
            CompletableFuture<HttpResponse<String>> answer = slowUpload(vault);
            Path away = surroundings.s3().directory("deleted");
            Files.move(surroundings.s3().directory(), away);
            try {
                scene.proxy().pass();
                // S3Proxy may close the connection before its answer to the part under way is read.
                fails(answer.join(), "S3 ");
                fails(vault.post("/backup"), "there is no bucket 'redis-vault'; create it, or correct S3_BUCKET");
            } finally {
                Files.move(away, surroundings.s3().directory());
            }
            stores(vault);
        }
    }

    @Test
    void aStopWaitsOnlyOnceForABackupThatSomebodyWaitsFor() {
        try (VaultProcess vault = scene.vault().and("SHUTDOWN_TIMEOUT", "6s").serve()) {
            // The rest takes 9 seconds: longer than to wait once, shorter than to wait twice.
            scene.proxy().throttle(2 * MIB);
            CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
            scene.awaitSent(2 * MIB);
            vault.terminate();
            vault.waitFor();
            assertThat(vault.output()).contains("the service stopped");
            assertThat(answer.join().statusCode()).isEqualTo(503);
            assertThat(answer.join().body()).contains("urn:redis-vault:problem:stopping");
            assertThat(vault.output()).doesNotContain("Timed out waiting for graceful shutdown");
            assertThat(scene.backups()).isEmpty();
        }
    }

    @Test
    void aStopDuringRetentionIsNoFailureOfTheBackup() throws IOException {
        List<Path> old = new ArrayList<>();
        for (int second = 1; second <= 2000; second++) {
            Path file = scene.object(scene.key(JANUARY.minusSeconds(second)));
            Files.createDirectories(file.getParent());
            old.add(Files.writeString(file, "x"));
        }
        try (VaultProcess vault = scene.vault()
                .and("RETENTION_KEEP_LAST", "1")
                .and("SHUTDOWN_TIMEOUT", "1s")
                .serve()) {
            vault.postAsync("/backup");
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> !old.stream()
                    .allMatch(Files::exists));
            scene.proxy().hang();
            vault.terminate();
            vault.waitFor();
            assertThat(vault.output())
                    .contains("backup stored", "the service stopped before all old backups were deleted")
                    .doesNotContain("backup failed");
        } finally {
            for (Path file : old) {
                Files.deleteIfExists(file);
            }
        }
    }

    private VaultProcess behind(BusyFront front) {
        return scene.vault().and("S3_ENDPOINT", front.endpoint().toString()).serve();
    }

    /** Returns with the second part under way. */
    private CompletableFuture<HttpResponse<String>> slowUpload(VaultProcess vault) {
        scene.proxy().throttle(5 * MIB);
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        scene.awaitSent(10 * MIB);
        return answer;
    }

    private void stores(VaultProcess vault) {
        HttpResponse<String> answer = vault.post("/backup");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(scene.object(scene.key(JANUARY))).hasSameBinaryContentAs(scene.dump());
    }

    private void fails(HttpResponse<String> answer, String... remedy) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
        assertThat(JsonPath.from(answer.body()).getString("type")).isEqualTo("urn:redis-vault:problem:storage-failed");
        assertThat(JsonPath.from(answer.body()).getString("detail")).contains(remedy);
        if (Files.exists(surroundings.s3().directory())) {
            assertThat(scene.backups()).isEmpty();
        }
    }
}
