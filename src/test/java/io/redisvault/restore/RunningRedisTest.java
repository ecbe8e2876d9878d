package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningRedisTest {

    /** Whatever its address is, and however its directory is spelt. */
    @Test
    void aProcessThatWorksInTheDirectoryIsFound(@TempDir Path directory) throws IOException {
        assumeThat(Path.of("/proc/self/cwd")).exists();
        Path data = Files.createDirectory(directory.resolve("data"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), data);
        try (RedisServer redis = RedisServer.builder().dataDirectory(data).start()) {
            assertThat(RunningRedis.process(data).orElseThrow().text())
                    .startsWith(
                            "Redis (process " + redis.pid() + ") is running in " + data + " and overwrites its dump");
            assertThat(RunningRedis.process(link)).isPresent();
            assertThat(RunningRedis.process(directory)).isEmpty();
        }
        assertThat(RunningRedis.process(data)).isEmpty();
        // Somebody else's process may be at home there.
        assertThat(RunningRedis.process(Path.of("").toAbsolutePath())).isEmpty();
    }
}
