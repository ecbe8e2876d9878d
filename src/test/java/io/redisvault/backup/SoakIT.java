package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random dumps, faults and kills for as long as there is time, with a look at the bucket after each:
 * {@code ./mvnw verify -Psoak} takes five minutes.
 */
class SoakIT {

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("soak.seconds", 20));
    private static final int KEEP = 3;
    private static final String STRANGER = "redis-vault/soak_b_2020-01-01T00:00:00Z.rdb";

    private final long seed = Long.getLong("soak.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Path> dumps = new ArrayList<>();
    /** What each key must hold, if it is there. */
    private final Map<String, Path> expected = new HashMap<>();

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private Instant time = Instant.parse("2026-01-02T03:04:05Z");
    private int most;
    private Scene scene;
    private VaultProcess vault;

    @TempDir
    private Path elsewhere;

    @Test
    void whateverHappensTheBucketHoldsWholeBackupsAndNeverLosesThem() throws IOException {
        System.out.println("SoakIT: -Dsoak.seed=" + seed);
        for (int size : List.of(1, 3, 6, 10, 20)) {
            dumps.add(SyntheticDump.write(elsewhere.resolve(size + ".rdb"), size * MIB, size));
        }
        try (Surroundings surroundings = Surroundings.start();
                Scene opened = new Scene(surroundings, "soak")) {
            scene = opened;
            Files.createDirectories(scene.object(STRANGER).getParent());
            Files.writeString(scene.object(STRANGER), "not ours");
            startVault();
            for (long end = System.nanoTime() + TIME.toNanos(); System.nanoTime() < end; ) {
                step();
                checkBucket();
                heal();
                checkBucket();
            }
            System.out.println("SoakIT: " + outcomes);
        } finally {
            vault.close();
        }
    }

    private void startVault() {
        vault = scene.vault()
                .and("STORAGE_TIMEOUT", "500ms")
                .and("UNFINISHED_UPLOAD_AGE", "0s")
                .and("RETENTION_KEEP_LAST", String.valueOf(KEEP))
                .serve();
    }

    /** One run with a fault of the network from its start, and another event on its way. */
    private void step() throws IOException {
        newDump();
        breakNetwork();
        CompletableFuture<HttpResponse<String>> answer = vault.postAsync("/backup");
        pause(random.nextInt(400));
        switch (random.nextInt(6)) {
            case 0 -> newDump();
            case 1 -> Files.writeString(scene.dump(), "damage", StandardOpenOption.APPEND);
            case 2 -> Files.deleteIfExists(scene.dump());
            case 3 -> scene.proxy().cutOpenConnections(Cut.RST);
            case 4 -> {
                if (random.nextInt(3) == 0) {
                    vault.kill();
                    count("killed");
                    scene.proxy().pass();
                    startVault();
                    return;
                }
            }
            default -> breakNetwork();
        }
        pause(random.nextInt(2000));
        scene.proxy().pass();
        HttpResponse<String> ended = answer.join();
        count(String.valueOf(ended.statusCode()));
        assertThat(ended.statusCode()).as(told(ended)).isIn(200, 201, 422, 502);
        if (ended.statusCode() == 201) {
            assertThat(scene.backups())
                    .as(told(ended))
                    .contains(JsonPath.from(ended.body()).getString("backup.key"));
        }
    }

    /** With nothing in its way a run succeeds, and clears up after those that had. */
    private void heal() throws IOException {
        newDump();
        HttpResponse<String> answer = vault.post("/backup");
        assertThat(answer.statusCode()).as(told(answer)).isEqualTo(201);
        assertThat(scene.backups()).as(told(answer)).contains(scene.key(time));
        assertThat(scene.unfinishedUploads()).as(told(answer)).isEmpty();
    }

    private void checkBucket() {
        List<String> backups = scene.backups();
        assertThat(expected.keySet()).as("seed " + seed).containsAll(backups);
        for (String key : backups) {
            assertThat(scene.object(key)).as("seed " + seed).hasSameBinaryContentAs(expected.get(key));
        }
        most = Math.max(most, backups.size());
        assertThat(backups).as("seed " + seed).hasSizeGreaterThanOrEqualTo(Math.min(KEEP, most));
        assertThat(scene.object(STRANGER)).exists();
    }

    private void newDump() throws IOException {
        time = time.plusSeconds(1);
        Path source = dumps.get(random.nextInt(dumps.size()));
        expected.put(scene.key(time), source);
        scene.newDump(source, time);
    }

    private void breakNetwork() {
        switch (random.nextInt(6)) {
            case 0 -> scene.proxy().hang();
            case 1 -> scene.proxy().refuse();
            case 2 -> scene.proxy().throttle((1 + random.nextInt(50)) * MIB);
            case 3 -> scene.proxy().pass();
            default ->
                scene.proxy()
                        .cutAfter(
                                random.nextInt((int) (20 * MIB)),
                                Direction.TO_SERVER,
                                Count.values()[random.nextInt(Count.values().length)],
                                Cut.values()[random.nextInt(Cut.values().length)]);
        }
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private String told(HttpResponse<String> answer) {
        return "-Dsoak.seed=" + seed + ": " + answer.body();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
