package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore that dies at any moment leaves no dump or the whole one, and is no obstacle to the next. */
class RestoreKillIT {

    /** Fifty take two minutes more. */
    private static final int KILLS = Integer.getInteger("restore.kills", 20);

    private static final int KILLED = 137;
    private static final long MIB = 1 << 20;

    private final long seed = Long.getLong("kill.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    @Test
    void aKilledRestoreLeavesNoDumpOrTheWholeOne() throws IOException {
        System.out.println("RestoreKillIT: -Dkill.seed=" + seed);
        Path backups = Files.createDirectories(directory.resolve("backups/redis-vault"));
        Path backup = SyntheticDump.write(backups.resolve("redis-node_2026-01-02T03:04:05Z.rdb"), 40 * MIB, 1);
        Path data = Files.createDirectory(directory.resolve("data"));
        Path dump = data.resolve("dump.rdb");
        Duration whole = restore(data);
        int killed = 0;
        int restored = 0;
        int attempts = 0;
        while (killed < KILLS) {
            assertThat(++attempts)
                    .as("attempts of which %d were killed in time", killed)
                    .isLessThan(4 * KILLS);
            Files.deleteIfExists(dump);
            if (kill(data, (long) (whole.toMillis() * random.nextDouble()))) {
                killed++;
            }
            if (Files.exists(dump)) {
                restored++;
                assertThat(dump).as("-Dkill.seed=%d, kill %d", seed, killed).hasSameBinaryContentAs(backup);
            }
            assertThat(names(data)).as("-Dkill.seed=%d, kill %d", seed, killed).hasSizeLessThanOrEqualTo(2);
        }
        Files.deleteIfExists(dump);
        restore(data);
        assertThat(dump).hasSameBinaryContentAs(backup);
        assertThat(names(data)).containsExactly("dump.rdb");
        System.out.printf(
                "RestoreKillIT: %d killed, %d were faster, %d dumps in place, one restore takes %d ms%n",
                killed, attempts - killed, restored, whole.toMillis());
    }

    /** How long a restore takes from its first line to its last. */
    private Duration restore(Path data) {
        try (VaultProcess vault = begin(data)) {
            long began = System.nanoTime();
            while (vault.isRunning() && !vault.output().contains("restored redis-node")) {
                pause(1);
            }
            Duration whole = Duration.ofNanos(System.nanoTime() - began);
            assertThat(vault.waitFor().code()).as(vault.output()).isZero();
            return whole;
        }
    }

    /** False if the process was done before. */
    private boolean kill(Path data, long afterMillis) {
        try (VaultProcess vault = begin(data)) {
            pause(afterMillis);
            vault.kill();
            return vault.waitFor().code() == KILLED;
        }
    }

    /** Returns once the restore has begun to write. */
    private VaultProcess begin(Path data) {
        VaultProcess vault = VaultProcess.with(
                        Map.of("STORAGE_URL", "file://" + directory.resolve("backups/redis-vault")))
                .jvm("-XX:TieredStopAtLevel=1")
                .launch("restore", "--to", data.toString());
        while (vault.isRunning() && !vault.output().contains("reading file://")) {
            pause(1);
        }
        return vault;
    }

    private static List<String> names(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
