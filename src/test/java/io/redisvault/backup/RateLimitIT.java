package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code BACKUP_RATE_LIMIT} promises: an upload that takes its time, and neither a thread nor a timeout. */
class RateLimitIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path data;

    @Test
    void anUploadTakesAsLongAsTheRateAllowsAndComputesLittleMeanwhile() throws IOException {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault = vault(surroundings, "8MiB").serve()) {
            SyntheticDump.write(data.resolve("dump.rdb"), 9 * MIB, 1);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            SyntheticDump.write(data.resolve("dump.rdb"), 24 * MIB, 2);
            Instant begun = Instant.now();
            Duration busy = cpu(vault);
            assertThat(vault.post("/backup").statusCode()).as(vault.output()).isEqualTo(201);
            Duration took = Duration.between(begun, Instant.now());
            assertThat(took).isBetween(Duration.ofMillis(2500), Duration.ofSeconds(8));
            assertThat(cpu(vault).minus(busy)).isLessThan(took.dividedBy(2));
        }
    }

    @Test
    void aStopDoesNotWaitForASlowUpload() throws IOException {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault = vault(surroundings, "1MiB")
                        .and("SHUTDOWN_TIMEOUT", "0s")
                        .serve()) {
            SyntheticDump.write(data.resolve("dump.rdb"), 100 * MIB, 1);
            vault.post("/backup", "Prefer", "respond-async");
            Awaitility.await()
                    .until(() -> !surroundings.s3().unfinishedUploads().isEmpty());
            Instant asked = Instant.now();
            vault.terminate();
            vault.waitFor();
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(surroundings.s3().unfinishedUploads()).isEmpty();
        }
    }

    /** A second of silence would be one too many. */
    private VaultProcess.Builder vault(Surroundings surroundings, String rate) {
        return surroundings
                .vault()
                .and("REDIS_DATA_PATH", data.toString())
                .and("STORAGE_TIMEOUT", "1s")
                .and("BACKUP_RATE_LIMIT", rate);
    }

    private static Duration cpu(VaultProcess vault) {
        return ProcessHandle.of(vault.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}
