package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is taken away at any moment of a run, from its first byte to the storage on. */
class KillIT {

    private static final int KILLS = Integer.getInteger("kill.kills", 20);
    private static final List<StoredForm> FORMS = List.of(StoredForm.PLAIN, StoredForm.COMPRESSED_AND_ENCRYPTED);
    private static final int NODES = FORMS.size();
    /** After so many kills a run is let live, and so at the end. */
    private static final int IN_A_ROW = 10;

    private static final int KILLED = 128 + 9;
    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");

    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @TempDir
    private Path elsewhere;

    @Test
    void afterManyKillsThereAreOnlyWholeBackupsAndTheNextCycleSucceeds() throws IOException {
        System.out.println("KillIT: -Dkill.seed=" + seed);
        List<Path> dumps = List.of(
                SyntheticDump.write(elsewhere.resolve("single"), 5 * MIB, 1),
                SyntheticDump.write(elsewhere.resolve("multipart"), 30 * MIB, 2));
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try (Surroundings surroundings = Surroundings.start()) {
            IntStream.range(0, NODES)
                    .mapToObj(node -> CompletableFuture.runAsync(() -> killAndLive(surroundings, node, dumps), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
    }

    private void killAndLive(Surroundings surroundings, int number, List<Path> dumps) {
        Random random = new Random(seed + number);
        int kills = 0;
        int tooLate = 0;
        Instant time = JANUARY;
        try (Scene scene = new Scene(surroundings, "node-" + number, FORMS.get(number))) {
            Map<Path, Duration> runs = new HashMap<>();
            for (Path dump : dumps) {
                time = time.plusSeconds(1);
                runs.put(dump, live(scene, dump, time));
            }
            while (kills < KILLS / NODES) {
                time = time.plusSeconds(1);
                Path dump = dumps.get(random.nextInt(dumps.size()));
                long moment = (long) (runs.get(dump).toMillis() * random.nextDouble());
                if (kill(scene, dump, time, moment)) {
                    kills++;
                } else {
                    tooLate++;
                    // So long a run does not take.
                    runs.put(dump, Duration.ofMillis(moment));
                }
                scene.assertThatAllBackupsAreWhole();
                if ((kills + tooLate) % IN_A_ROW == 0) {
                    time = time.plusSeconds(1);
                    runs.put(dump, live(scene, dump, time));
                }
            }
            live(scene, dumps.get(0), time.plusSeconds(1));
            System.out.printf(
                    "KillIT: node %d: %d killed, %d were faster, %d uploads unfinished, runs of %s%n",
                    number, kills, tooLate, scene.unfinishedUploads().size(), runs.values());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One run in peace; yields how long it took from its first byte to the storage to its last line. */
    private static Duration live(Scene scene, Path dump, Instant time) throws IOException {
        scene.newDump(dump, time);
        try (VaultProcess vault = begin(scene)) {
            long began = System.nanoTime();
            while (vault.isRunning() && !vault.output().contains("backup stored")) {
                pause(5);
            }
            Duration run = Duration.ofNanos(System.nanoTime() - began);
            VaultProcess.Exit exit = vault.waitFor();
            assertThat(exit.code()).as(exit.err()).isZero();
            assertThat(scene.object(scene.key(time))).hasSameBinaryContentAs(scene.dump());
            return run;
        }
    }

    /** False if the process was done before. */
    private static boolean kill(Scene scene, Path dump, Instant time, long afterMillis) throws IOException {
        scene.newDump(dump, time);
        try (VaultProcess vault = begin(scene)) {
            pause(afterMillis);
            vault.kill();
            return vault.waitFor().code() == KILLED;
        }
    }

    /** Returns once the process has sent its first byte to the storage. */
    private static VaultProcess begin(Scene scene) {
        long before = scene.proxy().passed(Direction.TO_SERVER);
        VaultProcess vault = scene.vault()
                .and("RETENTION_KEEP_LAST", "3")
                // Starts sooner, and there are many starts.
                .jvm("-XX:TieredStopAtLevel=1")
                .launch("backup");
        while (scene.proxy().passed(Direction.TO_SERVER) == before && vault.isRunning()) {
            pause(1);
        }
        return vault;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
