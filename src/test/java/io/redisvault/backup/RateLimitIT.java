package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code BACKUP_RATE_LIMIT} promises: an upload that takes its time, and neither a thread nor a timeout. */
class RateLimitIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path data;

    /** It takes three times as long as a silence may. */
    @Test
    void aSlowUploadIsNoSilence() throws IOException {
        try (Surroundings surroundings = Surroundings.start()) {
            SyntheticDump.write(data.resolve("dump.rdb"), 24 * MIB, 2);
            Exit exit = vault(surroundings, "8MiB").run("backup");
            assertThat(exit.code()).as(exit.err()).isZero();
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
            vault.terminate();
            vault.waitFor();
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
}
