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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
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
        Path program = script("#!/bin/sh\nexec sleep 60\n");
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

    /** The shell waits for it. */
    @Test
    void aServerThatAScriptStartedDoesNotSurviveTheDrill() throws IOException {
        SyntheticDump.write(directory.resolve("dump.rdb"), MIB, 1);
        Path program = script("#!/bin/sh\n" + RedisServer.program() + " \"$@\"\nexit 1\n");
        List<ProcessHandle> started;
        try (DrillSandbox sandbox = DrillSandbox.open(work)) {
            Files.copy(directory.resolve("dump.rdb"), dump());
            sandbox.start(program);
            assertThat(sandbox.loaded(Duration.ofMinutes(1))
                            .await()
                            .indefinitely()
                            .totalKeys())
                    .isEqualTo(SyntheticDump.keys(MIB));
            started = ProcessHandle.current()
                    .descendants()
                    .filter(process -> output(process).startsWith(work.toString()))
                    .toList();
            assertThat(started).hasSize(2);
        }
        Awaitility.await().until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(work).isEmptyDirectory();
    }

    private static String output(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/fd/1"))
                    .toString();
        } catch (IOException ended) {
            return "";
        }
    }

    @Test
    void aProgramThatCannotBeStartedIsSaidInPlainWords() throws IOException {
        Path program = script("#!/nonexistent\n");
        try (DrillSandbox sandbox = DrillSandbox.open(work)) {
            assertThatThrownBy(() -> sandbox.start(program))
                    .hasMessage("cannot start " + program + ": No such file or directory");
        }
    }

    private Path script(String text) throws IOException {
        Path program = Files.writeString(directory.resolve("server"), text);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
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
