package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar takes little, and the size of the dump does not show in it. */
class MemoryIT {

    private static final long MIB = 1 << 20;

    /** In MiB; 4096 shows what one run of the tests has no time for. */
    private static final long LARGE = Long.getLong("memory.large", 1024);

    private static final Duration REST = Duration.ofSeconds(8);

    /** In KiB. */
    private static final long MOST = 192 * 1024;

    /** In KiB, before the first backup. */
    private static final long MOST_AT_REST = 160 * 1024;

    /** Some are the JVM's own, and a few come and go. */
    private static final long MOST_THREADS = 30;

    @TempDir
    private Path data;

    @Test
    void aLargeDumpTakesNoMoreMemoryThanASmallOne() throws IOException {
        try (Surroundings surroundings = Surroundings.start()) {
            long small = peak(surroundings, 256);
            long large = peak(surroundings, LARGE);
            assertThat((double) large / small)
                    .as("%d KiB for %d MiB, %d KiB for 256 MiB", large, LARGE, small)
                    .isLessThan(1.1);
            assertThat(large).isLessThan(MOST);
        }
    }

    @Test
    void atRestItTakesFewThreadsAndLittleMemory() throws InterruptedException {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault =
                        surroundings.vault().and("MALLOC_ARENA_MAX", "2").serve()) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> vault.output()
                    .contains("the storage can be reached"));
            // What starts has to come to rest.
            Thread.sleep(REST.toMillis());
            System.out.printf("at rest: %d threads, %d KiB%n", vault.threads(), vault.memory());
            assertThat(vault.threads()).isLessThanOrEqualTo(MOST_THREADS);
            assertThat(vault.memory()).isLessThan(MOST_AT_REST);
        }
    }

    private long peak(Surroundings surroundings, long mebibytes) throws IOException {
        Path dump = SyntheticDump.write(data.resolve("dump.rdb"), mebibytes * MIB, 1);
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_DATA_PATH", data.toString())
                .and("REDIS_NODE_NAME", "node-" + mebibytes)
                // Else glibc keeps an arena for each thread, and its size depends on chance.
                .and("MALLOC_ARENA_MAX", "2")
                // The heap is bounded; touched at the start, its growth does not hide that of anything else.
                .jvm("-Xms40m", "-XX:+AlwaysPreTouch")
                .serve()) {
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            String key = surroundings.s3().keys().stream()
                    .filter(name -> name.contains("node-" + mebibytes + "_"))
                    .findFirst()
                    .orElseThrow();
            assertThat(surroundings.s3().file(key)).hasSize(Files.size(dump));
            long peak = vault.peakMemory();
            System.out.printf("%d MiB: peak resident memory %d KiB%n", mebibytes, peak);
            return peak;
        }
    }
}
