package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.docs.Page;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Machine;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of docs/restore.md, as it is there, in the situation it is meant for. */
class RunbookIT {

    private static final int OLD = 20_000;
    private static final int NEW = 50_000;

    @TempDir
    private Path directory;

    private Path data;
    private Path dump;
    private Map<String, String> vault;
    private Machine machine;

    @BeforeEach
    void start() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        dump = data.resolve("dump.rdb");
        Files.createDirectory(directory.resolve("backups"));
        vault = Map.of("STORAGE_URL", "file://" + directory.resolve("backups"), "REDIS_DATA_PATH", data.toString());
        machine = Machine.with(directory, data, vault);
    }

    @AfterEach
    void stop() {
        machine.close();
    }

    @Test
    void isThereAGoodBackup() throws IOException {
        backup("redis-node", "2026-11-23T15:00:00Z", NEW);
        machine.run("redis-server --dir /data");
        assertThat(machine.run(section("Is there a good backup?")))
                .contains("redis-node_2026-11-23T15:00:00Z.rdb  ", "CRC-64")
                .containsPattern("(?s)drill passed.*drill passed");
        assertThat(machine.keys()).isZero();
    }

    @Test
    void theVolumeIsLost() throws IOException {
        backup("redis-node", "2026-11-23T13:00:00Z", OLD);
        Path newest = backup("redis-node", "2026-11-23T15:00:00Z", NEW);
        assertThat(machine.run(section("The volume is lost"))).contains("left as it is");
        assertThat(dump).hasSameBinaryContentAs(newest);
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(NEW));
    }

    @Test
    void theServerIsAppendOnly() throws IOException {
        backup("redis-node", "2026-11-23T15:00:00Z", NEW);
        machine.run(section("The server is append-only"));
        assertThat(dump).doesNotExist();
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(NEW));
    }

    @Test
    void aRunningServer() throws IOException {
        backup("redis-node", "2026-11-23T15:00:00Z", NEW);
        machine.run("redis-server --dir /data --appendonly yes");
        machine.run(section("A running server"));
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(NEW));
    }

    @Test
    void aBadDeployHasSpoiltTheData() throws IOException {
        Path before = backup("redis-node", "2026-11-23T13:00:00Z", OLD);
        Path spoilt = backup("redis-node", "2026-11-23T15:00:00Z", NEW);
        Files.copy(spoilt, dump);
        machine.run("redis-server --dir /data");
        String commands = section("A bad deploy has spoilt the data");
        machine.run(commands.substring(0, commands.indexOf("replicas=")));
        assertThat(dump).hasSameBinaryContentAs(before);
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(OLD));
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("dump.rdb.before-")))
                    .singleElement()
                    .satisfies(kept -> assertThat(kept).hasSameBinaryContentAs(spoilt));
        }
    }

    /** The cluster is the script's, the restore is real: its arguments are those of the pod's manifest. */
    @Test
    void aBadDeployInKubernetes() throws IOException {
        Path before = backup("redis-0", "2026-11-23T13:00:00Z", OLD);
        Files.copy(backup("redis-0", "2026-11-23T15:00:00Z", NEW), dump);
        machine.run("redis-server --dir /data");
        String commands = section("A bad deploy has spoilt the data");
        machine.run(commands.substring(commands.indexOf("replicas=")));
        assertThat(dump).hasSameBinaryContentAs(before);
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(OLD));
    }

    @Test
    void productionsDataInStaging() throws IOException {
        Path backup = backup("redis-production", "2026-11-23T15:00:00Z", NEW);
        assertThat(machine.run(section("Production's data in staging")))
                .contains("redis-production_2026-11-23T15:00:00Z.rdb");
        assertThat(dump).hasSameBinaryContentAs(backup);
        assertThat(machine.keys()).isEqualTo(SyntheticDump.keys(NEW));
    }

    @Test
    void comingFromTheRustRedisVault() throws IOException {
        Path backup = backup("redis-node", "2024-12-01T14:30:22Z", OLD);
        assertThat(machine.run(section("Coming from the Rust redis-vault"))).contains("redis 6.2.7", "RDB version 9");
        assertThat(dump).hasSameBinaryContentAs(backup);
    }

    @Test
    void withoutRedisVault() throws IOException {
        Path backup = backup("redis-node", "2024-12-01T14:30:22Z", OLD);
        try (VaultProcess service = VaultProcess.with(vault).serve()) {
            machine.run(Page.of("docs/restore.md")
                    .section("Without redis-vault")
                    .blocks("bash")
                    .get(0)
                    .replace("http://localhost:8080", service.url().toString()));
        }
        assertThat(dump).hasSameBinaryContentAs(backup);
    }

    /** The README's, by the start script that is for machines without containers. */
    @Test
    void aFirstBackup() throws IOException {
        SyntheticDump.write(dump, NEW, NEW);
        String commands =
                Page.of("README.md").section("A first backup").blocks("bash").get(0);
        assertThat(machine.run(commands.substring(commands.indexOf("export"))
                        .replace("/tmp/", directory + "/")
                        .replace(
                                "/var/backups/redis", directory.resolve("first").toString())
                        .replace("/var/lib/redis", "/data")))
                .contains("redis-node_");
        assertThat(directory.resolve("restored.rdb")).hasSameBinaryContentAs(dump);
    }

    private Path backup(String node, String time, int bytes) throws IOException {
        return SyntheticDump.write(directory.resolve("backups").resolve(node + "_" + time + ".rdb"), bytes, bytes);
    }

    private String section(String heading) {
        return String.join("", Page.of("docs/restore.md").section(heading).blocks("bash"))
                .replace("redis://localhost:6379", machine.redis());
    }
}
