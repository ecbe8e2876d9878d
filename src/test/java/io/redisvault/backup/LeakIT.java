package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A sidecar meets the same faults for months: none may cost it a thread or a file descriptor. */
class LeakIT {

    private static final int ROUNDS = 10;
    /** Less than one in ten of the faults that could each leave something. */
    private static final int NOISE = 4;

    private Instant time = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void faultsLeaveNeitherThreadsNorDescriptors() throws IOException {
        try (Surroundings surroundings = Surroundings.start();
                Scene scene = new Scene(surroundings, "leaking");
                VaultProcess vault =
                        scene.vault().and("STORAGE_TIMEOUT", "600ms").serve()) {
            for (int round = 0; round < 3; round++) {
                meetEveryFault(scene, vault);
            }
            // Idle connections are closed after five seconds.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> scene.proxy().open() == 0);
            long threads = vault.threads();
            long files = vault.openFiles();

            for (int round = 0; round < ROUNDS; round++) {
                meetEveryFault(scene, vault);
            }

            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(scene.proxy().open()).isZero();
                assertThat(vault.openFiles()).isLessThanOrEqualTo(files + NOISE);
                assertThat(vault.threads()).isLessThanOrEqualTo(threads + NOISE);
            });
            System.out.printf(
                    "LeakIT: threads %d, then %d; descriptors %d, then %d%n",
                    threads, vault.threads(), files, vault.openFiles());
        }
    }

    private void meetEveryFault(Scene scene, VaultProcess vault) throws IOException {
        newDump(scene);
        scene.proxy().cutAfter(5 * MIB, Direction.TO_SERVER, Count.ONCE, Cut.RST);
        assertStatus(vault, 201);

        newDump(scene);
        scene.proxy().cutAfter(5 * MIB, Direction.TO_SERVER, Count.EACH_CONNECTION, Cut.FIN);
        assertStatus(vault, 502);
        scene.proxy().refuse();
        assertStatus(vault, 502);
        scene.proxy().hang();
        assertStatus(vault, 502);
        scene.proxy().pass();

        Files.writeString(scene.dump(), "more", StandardOpenOption.APPEND);
        assertStatus(vault, 422);
        Files.delete(scene.dump());
        assertStatus(vault, 200);
        Files.createDirectory(scene.dump());
        assertStatus(vault, 500);
        Files.delete(scene.dump());
    }

    private void newDump(Scene scene) throws IOException {
        time = time.plusSeconds(1);
        scene.newDump(10 * MIB, 1, time);
    }

    private static void assertStatus(VaultProcess vault, int status) {
        var answer = vault.post("/backup");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }
}
