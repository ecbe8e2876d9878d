package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads whose connections break anywhere, one time or again and again, in either direction. */
class CutIT {

    private static final int UPLOADS = Integer.getInteger("cut.uploads", 50);
    private static final List<Integer> MEBIBYTES = List.of(1, 2, 4, 7, 9, 12, 18, 30);
    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");

    private final long seed = Long.getLong("cut.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Path> dumps = new ArrayList<>();
    private int stored;
    private int invisible;
    private int answerLost;

    @TempDir
    private Path elsewhere;

    @Test
    void aCutUploadEndsStoredAndIdenticalOrFailedAndInvisible() throws IOException {
        System.out.println("CutIT: -Dcut.seed=" + seed);
        for (int size : MEBIBYTES) {
            dumps.add(SyntheticDump.write(elsewhere.resolve(size + ".rdb"), size * MIB, size));
        }
        try (Surroundings surroundings = Surroundings.start();
                Scene scene = new Scene(surroundings, "cut");
                VaultProcess vault = scene.vault()
                        .and("UNFINISHED_UPLOAD_AGE", "0s")
                        .and("RETENTION_KEEP_LAST", "3")
                        .serve()) {
            for (int upload = 0; upload < UPLOADS; upload++) {
                cutOneUpload(scene, vault, JANUARY.plusSeconds(upload));
            }
            assertThat(scene.unfinishedUploads()).isEmpty();
            System.out.printf(
                    "CutIT: %d cuts, %d stored, %d failed and invisible, %d stored with the answer lost%n",
                    scene.proxy().cuts(), stored, invisible, answerLost);
        }
    }

    private void cutOneUpload(Scene scene, VaultProcess vault, Instant time) throws IOException {
        scene.newDump(dumps.get(random.nextInt(dumps.size())), time);
        String cut = cut(scene);

        HttpResponse<String> answer = backUp(scene, vault);

        String what = "-Dcut.seed=" + seed + ", dump of " + time + ", " + cut + ": " + answer.body();
        boolean visible = scene.backups().contains(scene.key(time));
        // 200: its answer lost, the upload was found stored.
        assertThat(answer.statusCode()).as(what).isIn(200, 201, 502);
        if (answer.statusCode() != 502) {
            stored++;
            assertThat(scene.object(scene.key(time))).as(what).hasSameBinaryContentAs(scene.dump());
            return;
        }
        if (visible) {
            // No answer came through any more that could have told the service of its success.
            assertThat(scene.object(scene.key(time))).as(what).hasSameBinaryContentAs(scene.dump());
            answerLost++;
        } else {
            invisible++;
        }
        // The server may have finished what was invisible a moment ago.
        assertThat(vault.post("/backup").statusCode()).as(what).isIn(200, visible ? 200 : 201);
        assertThat(scene.object(scene.key(time))).as(what).hasSameBinaryContentAs(scene.dump());
        assertThat(scene.unfinishedUploads()).as(what).isEmpty();
    }

    private String cut(Scene scene) throws IOException {
        boolean sending = random.nextInt(4) > 0;
        Direction direction = sending ? Direction.TO_SERVER : Direction.TO_CLIENT;
        // A run's answers are a few hundred bytes each.
        long offset = random.nextInt(sending ? (int) (Files.size(scene.dump()) * 1.05) : 4000);
        Count count = Count.values()[random.nextInt(Count.values().length)];
        Cut how = Cut.values()[random.nextInt(Cut.values().length)];
        scene.proxy().cutAfter(offset, direction, count, how);
        return how + " at " + offset + " " + direction + " " + count;
    }

    /** The network mends itself after some cuts: before or after the service has lost patience. */
    private HttpResponse<String> backUp(Scene scene, VaultProcess vault) {
        long enough = scene.proxy().cuts() + 1 + random.nextInt(8);
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        while (!answer.isDone()) {
            if (scene.proxy().cuts() >= enough) {
                scene.proxy().pass();
            }
            pause();
        }
        scene.proxy().pass();
        return answer.join();
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
