package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar stops after its Redis, which has just written its last dump. */
class ShutdownBackupIT {

    @Test
    void theDumpThatRedisWritesAtItsStopIsStoredAtOurs(@TempDir Path data) throws IOException {
        List<String> heartbeats = new CopyOnWriteArrayList<>();
        HttpServer watcher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        watcher.createContext("/", call -> {
            heartbeats.add(call.getRequestURI().toString());
            call.sendResponseHeaders(200, -1);
            call.close();
        });
        watcher.start();
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault = surroundings
                        .vault()
                        .and("BACKUP_ON_SHUTDOWN", "true")
                        .and("BACKUP_REPLICA", "false")
                        .and("REDIS_DATA_PATH", data.toString())
                        .and(
                                "HEARTBEAT_URL",
                                "http://localhost:" + watcher.getAddress().getPort() + "/ping")
                        .serve()) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> vault.output()
                    .contains("role master"));
            surroundings.redis().close();
            SyntheticDump.write(data.resolve("dump.rdb"), 1000, 1);

            vault.terminate();
            vault.waitFor();

            assertThat(surroundings.s3().keys()).hasSize(1);
            assertThat(vault.output())
                    .contains("stopping: the last backup has 30 s to finish")
                    .containsPattern("backup stored: s3://\\S+ trigger=shutdown role=master ")
                    .doesNotContain("role unknown");
            assertThat(heartbeats).containsExactly("/ping");
        } finally {
            watcher.stop(0);
        }
    }
}
