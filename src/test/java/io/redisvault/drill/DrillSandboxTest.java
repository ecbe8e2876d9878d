package io.redisvault.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.ServerInfo;
import io.redisvault.servers.RedisServer;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillSandboxTest {

    private static final int MIB = 1 << 20;

    @AutoClose("closeAndAwait")
    private static final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path work;

    @Test
    void whereThereAreNoSocketsTheServerIsAskedOverLoopback() throws IOException {
        assertThat(vertx.isNativeTransportEnabled()).isFalse();
        try (DrillSandbox sandbox = DrillSandbox.open(work, vertx)) {
            // Large enough for the first answer to come while it loads.
            SyntheticDump.write(dump(), 64 * MIB, 1);

            sandbox.start(RedisServer.program());
            // Without a password the server would refuse this one.
            assertThat(dump().resolveSibling("password.conf")).content().startsWith("requirepass ");
            ServerInfo server = sandbox.loaded(Duration.ofMinutes(1)).await().indefinitely();

            assertThat(server.totalKeys()).isEqualTo(SyntheticDump.keys(64 * MIB));
            assertThat(server.field("tcp_port")).isNotEqualTo("0");
        }
        assertThat(work).isEmptyDirectory();
    }

    private Path dump() throws IOException {
        try (Stream<Path> directories = Files.list(work)) {
            return directories.findFirst().orElseThrow().resolve("dump.rdb");
        }
    }
}
