package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeNameConflictIT {

    @TempDir
    private Path ours;

    @TempDir
    private Path theirs;

    @Test
    void twoSidecarsOfOneNameAreNoticedAndACommandIsNone() throws IOException {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess us = vault(surroundings, ours).serve()) {
            dump(ours, 1, "2026-01-01T00:00:00Z");
            assertThat(us.post("/backup").statusCode()).isEqualTo(201);
            dump(ours, 2, "2026-01-02T00:00:00Z");
            assertThat(vault(surroundings, ours).run("--once").code()).isZero();
            assertThat(us.post("/backup").statusCode()).isEqualTo(200);
            assertThat(us.get("/q/health/group/backup").statusCode()).isEqualTo(200);
            assertThat(us.get("/q/metrics").body()).contains("redis_vault_rival_sidecar 0.0");

            dump(theirs, 3, "2026-01-03T00:00:00Z");
            try (VaultProcess them = vault(surroundings, theirs).serve()) {
                assertThat(them.post("/backup").statusCode()).isEqualTo(201);
            }
            dump(ours, 4, "2026-01-04T00:00:00Z");
            assertThat(us.post("/backup").statusCode()).isEqualTo(201);

            String finding = "redis-node_2026-01-03T00:00:00Z.rdb was stored by another process since this one started";
            assertThat(us.output()).contains(finding);
            assertThat(us.get("/q/health/group/backup").body()).contains(finding);
            assertThat(us.get("/q/health/ready").statusCode()).isEqualTo(200);
            assertThat(us.get("/q/metrics").body()).contains("redis_vault_rival_sidecar 1.0");
        }
    }

    private static VaultProcess.Builder vault(Surroundings surroundings, Path data) {
        return surroundings.vault().and("REDIS_DATA_PATH", data.toString());
    }

    private static void dump(Path data, long seed, String time) throws IOException {
        Path dump = SyntheticDump.write(data.resolve("dump.rdb"), 10_000, seed);
        Files.setLastModifiedTime(dump, FileTime.from(Instant.parse(time)));
    }
}
