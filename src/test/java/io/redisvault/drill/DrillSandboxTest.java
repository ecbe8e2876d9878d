package io.redisvault.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.ServerInfo;
import io.redisvault.servers.RedisServer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillSandboxTest {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path work;

    @TempDir
    private Path directory;

    @Test
    void theServerListensOnNoPortAndIsAskedWhenItHasLoaded() throws IOException {
        try (DrillSandbox sandbox = DrillSandbox.open(work)) {
            // Large enough for the first answer to come while it loads.
            SyntheticDump.write(dump(), 64 * MIB, 1);

            sandbox.start(RedisServer.program());
            ServerInfo server = sandbox.loaded(Duration.ofMinutes(1)).await().indefinitely();

            assertThat(server.totalKeys()).isEqualTo(SyntheticDump.keys(64 * MIB));
            assertThat(server.field("tcp_port")).isEqualTo("0");
        }
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void anAnswerThatIsCutOffIsNotTakenForAnEmptyServer() throws IOException {
        Path program = Files.writeString(directory.resolve("server"), "#!/bin/sh\nexec sleep 60\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        try (DrillSandbox sandbox = DrillSandbox.open(work);
                ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(dump().resolveSibling("socket")));
            CompletableFuture.runAsync(() -> closeEachConnection(socket));
            sandbox.start(program);
            assertThatThrownBy(
                            () -> sandbox.loaded(Duration.ofSeconds(2)).await().indefinitely())
                    .hasMessage(program + " had not loaded the dump after 2 s");
        }
    }

    private static void closeEachConnection(ServerSocketChannel socket) {
        try {
            while (true) {
                socket.accept().close();
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private Path dump() throws IOException {
        try (Stream<Path> directories = Files.list(work)) {
            return directories.findFirst().orElseThrow().resolve("dump.rdb");
        }
    }
}
