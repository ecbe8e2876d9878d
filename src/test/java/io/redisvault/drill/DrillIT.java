package io.redisvault.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command with a real server, which in some tests is started by a script that gets in its way. */
class DrillIT {

    private static final long MIB = 1 << 20;
    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path work;

    @TempDir
    private Path scripts;

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left).isEmpty();
        }
        assertThat(servers()).isEmpty();
    }

    @Test
    void saysWhichKeysTheServerHasLoaded() throws IOException {
        try (RedisServer redis =
                RedisServer.builder().setting("databases", "64").start()) {
            redis.populate(1000, 100);
            redis.command("SELECT", "5");
            redis.set("lasting", "1");
            redis.command("SET", "long", "1", "EX", "3600");
            redis.command("SET", "short", "1", "PX", "2000");
            redis.command("SELECT", "40");
            redis.command("RPUSH", "list", "a", "b");
            redis.save();
            Files.copy(redis.dumpFile(), backup("good"));
            Awaitility.await().until(() -> redis.info("expired_keys").equals("1"));
        }

        Exit text = drill("good");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("restored good_.*\\.rdb: .* CRC-64 [0-9a-f]{16} verified"),
                        line -> assertThat(line).matches("loaded by redis \\d+\\.\\d+\\.\\d+"),
                        line -> assertThat(line).isEqualTo("database 0: 1000 keys"),
                        line -> assertThat(line).isEqualTo("database 5: 2 keys"),
                        line -> assertThat(line).isEqualTo("database 40: 1 key"),
                        line -> assertThat(line).matches("drill passed in \\d+\\.\\d+ s"));

        JsonPath json = JsonPath.from(drill("good", "--json").out());
        assertThat(json.getString("outcome")).isEqualTo("passed");
        assertThat(json.getString("backup.name")).isEqualTo("good_" + JANUARY + ".rdb");
        assertThat(json.getBoolean("backup.rdb.verified")).isTrue();
        assertThat(json.getString("server")).matches("redis \\d+\\.\\d+\\.\\d+");
        assertThat(json.getList("databases.database", Integer.class)).containsExactly(0, 5, 40);
        assertThat(json.getList("databases.loaded", Integer.class)).containsExactly(1000, 2, 1);
        assertThat(json.getDouble("seconds")).isPositive();
    }

    @Test
    void failsWhenTheServerRefusesAWholeDump() throws IOException {
        RewrittenDump.withVersion(SyntheticDump.write(backup("future"), MIB, 1), 99);

        Exit exit = drill("future", "--json");

        assertThat(exit.code()).isOne();
        JsonPath json = JsonPath.from(exit.out());
        assertThat(json.getString("outcome")).isEqualTo("failed");
        assertThat(json.getString("reason"))
                .contains("exited with 1 before it had loaded the dump", "Can't handle RDB format version 99");
        assertThat(json.getInt("backup.rdb.version")).isEqualTo(99);
        assertThat(json.getString("server")).isNull();
    }

    @Test
    void theLineThatTellsIsShownAndNoCrashReport() throws IOException {
        SyntheticDump.write(backup("crash"), MIB, 1);

        Exit exit = drillWith("""
                echo "1:M 28 Nov 2026 22:40:21.101 * Ready to accept connections"
                echo "1:M 28 Nov 2026 22:40:21.123 # Internal error in RDB reading offset 7"
                echo "=== REDIS BUG REPORT START: Cut & paste starting from here ==="
                for frame in $(seq 1000); do echo "1:M 28 Nov 2026 22:40:21.123 # frame $frame"; done
                exit 1
                """, "crash");

        assertThat(exit.code()).isOne();
        assertThat(exit.out().lines())
                .last()
                .asString()
                .endsWith("exited with 1 before it had loaded the dump: Internal error in RDB reading offset 7");
        assertThat(exit.out() + exit.err()).doesNotContain("frame", "Ready");
    }

    @Test
    void aCorruptBackupIsLoadedByNobody() throws IOException {
        Path backup = SyntheticDump.write(backup("corrupt"), MIB, 1);
        byte[] bytes = Files.readAllBytes(backup);
        bytes[bytes.length / 2] ^= 1;
        Files.write(backup, bytes);

        Exit exit = drill("corrupt");

        assertThat(exit.code()).isOne();
        assertThat(exit.out()).isEmpty();
        assertThat(exit.err())
                .contains("corrupt_" + JANUARY + ".rdb is corrupt: the dump is damaged")
                .doesNotContain("--fallback", "\tat ");
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUp() throws IOException {
        SyntheticDump.write(backup("mute"), MIB, 1);

        Exit exit = drillWith("echo never; exec sleep 300", "mute", "--timeout", "2s");

        assertThat(exit.code()).isOne();
        assertThat(exit.out()).contains("had not loaded the dump after 2 s: never");
    }

    @Test
    void theServerLearnsNoCredentials() throws IOException {
        SyntheticDump.write(backup("secret"), MIB, 1);

        Exit exit = drillWith("echo environment; env", "secret");

        assertThat(exit.code()).isOne();
        assertThat(exit.out())
                .contains("environment")
                .doesNotContain("AWS", surroundings.s3().secretKey());
    }

    @Test
    void noBackupIsNothingToDo() {
        Exit exit = drill("nobody");
        assertThat(exit.code()).isEqualTo(3);
        assertThat(exit.err()).contains("there is no backup of node 'nobody'");
    }

    @Test
    void whatIsMissingForADrillIsNamed() throws IOException {
        SyntheticDump.write(backup("mistakes"), MIB, 1);

        Exit none = vault("mistakes").run("drill", "--work-dir", work.toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("name one with --redis-server").doesNotContain("\tat ");

        Exit noProgram = vault("mistakes").run("drill", "--redis-server", work.toString());
        assertThat(noProgram.code()).isEqualTo(2);
        assertThat(noProgram.err()).contains("--redis-server: '" + work + "' is not a program");

        Path missing = work.resolve("missing");
        Exit noDirectory = drillIn(missing, "mistakes");
        assertThat(noDirectory.code()).isOne();
        assertThat(noDirectory.err()).contains("cannot work in " + missing).doesNotContain("\tat ");
    }

    @Test
    void aDirectoryWhoseNameIsTooLongForASocketIsNamed() throws IOException {
        SyntheticDump.write(backup("socket"), MIB, 1);
        Path longer = Files.createDirectory(scripts.resolve("x".repeat(100)));
        Exit tooLong = drillIn(longer, "socket");
        assertThat(tooLong.code()).isOne();
        assertThat(tooLong.err()).contains("bytes too long for the socket of a server");
        assertThat(longer).isEmptyDirectory();
    }

    @Test
    void findsTheServerInThePath() throws IOException {
        SyntheticDump.write(backup("path"), MIB, 1);
        Files.createSymbolicLink(scripts.resolve("valkey-server"), RedisServer.program());

        Exit exit = vault("path").and("PATH", "/nowhere:" + scripts).run("drill", "--work-dir", work.toString());

        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.err()).contains(scripts + "/valkey-server loads it");
    }

    @Test
    void aStopWhileTheServerLoadsLeavesNothing() throws IOException {
        SyntheticDump.write(backup("stopped"), 8 * MIB, 1);
        String script = script("exec $REDIS \"$@\" --key-load-delay 10000000");

        try (VaultProcess vault =
                vault("stopped").launch("drill", "--redis-server", script, "--work-dir", work.toString())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> servers().size() == 1);
            vault.terminate();
            assertThat(vault.waitFor().code()).isEqualTo(143);
        }
    }

    @Test
    void aStopWhileTheBackupIsReadLeavesNothing() throws IOException {
        SyntheticDump.write(backup("read"), 8 * MIB, 1);

        try (FaultyProxy proxy = FaultyProxy.to(surroundings.s3().endpoint())) {
            proxy.throttle(MIB / 2);
            try (VaultProcess vault = vault("read")
                    .and("S3_ENDPOINT", proxy.endpoint().toString())
                    .launch(
                            "drill",
                            "--redis-server",
                            RedisServer.program().toString(),
                            "--work-dir",
                            work.toString())) {
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::someIsRestored);
                vault.terminate();
                assertThat(vault.waitFor().code()).isEqualTo(143);
            }
        }
    }

    private boolean someIsRestored() throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            return files.anyMatch(
                    file -> Files.isRegularFile(file) && file.toFile().length() > 0);
        }
    }

    private Exit drill(String node, String... arguments) {
        return drill(RedisServer.program().toString(), work, node, arguments);
    }

    private Exit drillIn(Path directory, String node) {
        return drill(RedisServer.program().toString(), directory, node);
    }

    /** A drill with a script for a server; {@code $REDIS} is the real one. */
    private Exit drillWith(String script, String node, String... arguments) throws IOException {
        return drill(script(script), work, node, arguments);
    }

    private static Exit drill(String program, Path directory, String node, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("drill", "--redis-server", program, "--work-dir", directory.toString()));
        command.addAll(List.of(arguments));
        return vault(node).run(command.toArray(String[]::new));
    }

    private static VaultProcess.Builder vault(String node) {
        return surroundings.vault().and("REDIS_NODE_NAME", node);
    }

    private String script(String commands) throws IOException {
        Path script = Files.writeString(
                scripts.resolve("server"), "#!/bin/sh\nREDIS=" + RedisServer.program() + "\n" + commands + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    /** The processes that write into this test's directory, even if it is gone, the vault itself left out. */
    private List<Long> servers() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> output(pid).startsWith(work.toString()))
                .toList();
    }

    private static String output(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/1")).toString();
        } catch (IOException ended) {
            return "";
        }
    }

    /** The file of a backup in the bucket. */
    private static Path backup(String node) throws IOException {
        Path file = surroundings.s3().file("redis-vault/" + node + "_" + JANUARY + ".rdb");
        Files.createDirectories(file.getParent());
        return file;
    }
}
