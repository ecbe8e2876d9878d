package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can become of a dump while it is uploaded: how the run ends, what is left, and that the next one succeeds. */
class DumpFaultIT {

    private static Instant time = Instant.parse("2026-01-02T03:04:05Z");
    private static Surroundings surroundings;
    private static Scene scene;
    private static VaultProcess vault;

    @TempDir
    private Path elsewhere;

    private Path opened;

    @BeforeAll
    static void startSurroundings() {
        surroundings = Surroundings.start();
        scene = new Scene(surroundings, "changing");
        vault = scene.vault().serve();
    }

    @AfterAll
    static void stopSurroundings() throws IOException {
        vault.close();
        scene.close();
        surroundings.close();
    }

    @BeforeEach
    void prepare() throws IOException {
        time = time.plusSeconds(60);
        scene.newDump(48 * MIB, 1, time);
        opened = Files.copy(scene.dump(), elsewhere.resolve("opened.rdb"));
    }

    @AfterEach
    void theNextDumpIsStored() throws IOException {
        Instant next = time.plusSeconds(30);
        scene.newDump(MIB, 2, next);
        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
        assertThat(scene.object(scene.key(next))).hasSameBinaryContentAs(scene.dump());
        assertThat(scene.unfinishedUploads()).isEmpty();
    }

    @Test
    void aReplacedDumpIsStoredAsItWasOpened() throws IOException {
        HttpResponse<String> answer = backUpAndMeanwhile(() -> scene.newDump(MIB, 3, time.plusSeconds(1)));
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(scene.object(scene.key(time))).hasSameBinaryContentAs(opened);
    }

    @Test
    void aDeletedDumpIsStoredAsItWasOpened() throws IOException {
        HttpResponse<String> answer = backUpAndMeanwhile(() -> Files.delete(scene.dump()));
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(scene.object(scene.key(time))).hasSameBinaryContentAs(opened);
        assertThat(JsonPath.from(vault.post("/backup").body()).getString("reason"))
                .isEqualTo("no-dump");
    }

    @Test
    void aTruncatedDumpIsRefused() throws IOException {
        refused(backUpAndMeanwhile(() -> resize(Files.size(scene.dump()) - 5)), "the dump shrank while it was read");
    }

    @Test
    void aGrowingDumpIsRefused() throws IOException {
        refused(
                backUpAndMeanwhile(() -> Files.writeString(scene.dump(), "x", StandardOpenOption.APPEND)),
                "the dump grew while it was read");
    }

    @Test
    void aDumpThatIsWrittenToIsRefused() throws IOException {
        refused(
                backUpAndMeanwhile(() -> {
                    try (FileChannel file = FileChannel.open(scene.dump(), StandardOpenOption.WRITE)) {
                        file.write(ByteBuffer.wrap("other".getBytes()), Files.size(scene.dump()) - 1000);
                    }
                }),
                "CRC-64");
    }

    @Test
    void aDirectoryInItsPlaceCannotBeRead() throws IOException {
        Files.delete(scene.dump());
        Files.createDirectory(scene.dump());
        HttpResponse<String> answer = vault.post("/backup");
        Files.delete(scene.dump());
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(JsonPath.from(answer.body()).getString("type")).isEqualTo("urn:redis-vault:problem:dump-unreadable");
        assertThat(answer.body()).contains("it is a directory");
        assertThat(scene.backups()).doesNotContain(scene.key(time));
    }

    private void refused(HttpResponse<String> answer, String reason) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(JsonPath.from(answer.body()).getString("type")).isEqualTo("urn:redis-vault:problem:dump-corrupt");
        assertThat(JsonPath.from(answer.body()).getString("detail")).contains(reason);
        assertThat(scene.backups()).doesNotContain(scene.key(time));
        assertThat(scene.unfinishedUploads()).isEmpty();
    }

    @FunctionalInterface
    private interface Deed {
        void run() throws IOException;
    }

    /** Does something to the dump once its first two parts are with the storage, and before the last one is read. */
    private HttpResponse<String> backUpAndMeanwhile(Deed deed) throws IOException {
        scene.proxy().throttle(8 * MIB);
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        scene.awaitSent(18 * MIB);
        deed.run();
        scene.proxy().pass();
        return answer.join();
    }

    private void resize(long size) throws IOException {
        try (FileChannel file = FileChannel.open(scene.dump(), StandardOpenOption.WRITE)) {
            file.truncate(size);
        }
    }
}
