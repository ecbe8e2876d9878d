package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.JvmOnly;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListIT {

    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");
    private static final int MANY = 4_500;

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path data;

    @BeforeAll
    static void start() throws IOException {
        surroundings.redis().populate(1000, 100);
        surroundings.redis().save();
        Files.createDirectories(surroundings.s3().file("redis-vault"));
        for (int backup = 0; backup < MANY; backup++) {
            SyntheticDump.write(file("many", backup), 100, backup);
        }
        for (int backup = 0; backup < 10; backup++) {
            SyntheticDump.write(file("few", backup), 100, backup);
        }
    }

    @Test
    void showsInColumnsWhatIsKnownOfEachBackup() throws IOException {
        SyntheticDump.write(file("table", 0), 5000, 1);
        assertThat(vault("table").run("backup").code()).isZero();

        Exit list = vault("table").run("list");

        assertThat(list.code()).as(list.err()).isZero();
        List<String> lines = list.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("NAME +TIME +AGE +SIZE +DUMP +SERVER +VERIFIED");
        assertThat(lines.get(1))
                .matches("table_[0-9TZ:-]+\\.rdb  [0-9-]+ [0-9:]+Z  [0-9ms ]+ +([0-9.]+ KiB +){2}redis [0-9.]+ +yes");
        assertThat(lines.get(2))
                .matches("table_2026-01-02T03:04:05Z\\.rdb  2026-01-02 03:04:05Z  \\d+d \\d+h +([0-9.]+ KiB +){2}- +-");
        for (String column : List.of("TIME", "AGE", "SIZE", "DUMP", "SERVER", "VERIFIED")) {
            int start = lines.get(0).indexOf(column);
            assertThat(lines).as(column).allMatch(line -> line.charAt(start - 1) == ' ' && line.charAt(start) != ' ');
        }
    }

    @Test
    void printsForProgramsWhatTheServiceAnswers() {
        try (VaultProcess service = vault("few").serve()) {
            Exit list = vault("few").run("list", "--json");
            assertThat(list.out().strip())
                    .isEqualTo(service.get("/backups?facts=true").body());
        }
    }

    @Test
    void showsAnotherNodesBackups() {
        Exit list = vault("nobody").run("list", "--node", "few");
        assertThat(list.out().lines()).hasSize(11).last().asString().startsWith("few_" + JANUARY);
    }

    @Test
    void nothingToListIsNothingToDo() {
        // Which is not for commands.
        Exit list = vault("nobody").and("BACKUP_ON_SHUTDOWN", "true").run("list");
        assertThat(list.code()).isEqualTo(3);
        assertThat(list.out()).isEmpty();
        assertThat(list.err())
                .isEqualTo(
                        "redis-vault: there is no backup of node 'nobody' at s3://redis-vault/redis-vault/; there are"
                                + " backups of few, many\n");
        assertThat(vault("nobody").run("list", "--json").out()).isEqualTo("[]\n");
        assertThat(surroundings.s3().keys()).noneMatch(key -> key.contains("nobody"));
    }

    @Test
    void showsAllNodesUnderThePrefix() throws IOException {
        Exit nodes = vault("nobody").run("nodes");
        assertThat(nodes.code()).as(nodes.err()).isZero();
        assertThat(nodes.out().lines().toList().get(0)).matches("NODE +BACKUPS +SIZE +NEWEST +AGE");
        assertThat(nodes.out().lines())
                .anyMatch(line -> line.matches("few +10 +[0-9.]+ .?i?B +2026-01-02 03:04:14Z +\\d+d \\d+h"))
                .anyMatch(line -> line.startsWith("many ") && line.contains(" " + MANY + " "));
    }

    @Test
    @JvmOnly
    void thousandsOfBackupsTakeNoMoreMemoryThanAFew() {
        Exit limited = vault("many").run("list", "--limit", "10");
        assertThat(limited.out().lines()).hasSize(11);
        assertThat(limited.out()).contains("many_" + JANUARY.plusSeconds(MANY - 1));
        assertThat(limited.err()).contains("there are older ones: --limit shows more");
        Instant oldest = JANUARY.plusSeconds(2000);
        assertThat(vault("many")
                        .run("list", "--limit", "1", "--before", oldest.toString())
                        .out())
                .contains("many_" + oldest.minusSeconds(1));
        assertThat(vault("many").run("list", "--limit", "0").code()).isEqualTo(2);

        long few = peakMemoryOfListing("few");
        long many = peakMemoryOfListing("many");
        System.out.printf("ListIT: peak resident memory %d KiB for 10, %d KiB for %d%n", few, many, MANY);
        // With the heap the same, what is more is compiled code.
        assertThat((double) many / few).isLessThan(1.1);
    }

    @Test
    void aThousandNodesOfAHundredBackupsTakeLittleMoreMemoryThanTenBackups() throws IOException {
        Path few = Files.createDirectory(data.resolve("few"));
        Path many = Files.createDirectory(data.resolve("many"));
        for (int object = 0; object < 100_000; object++) {
            String name = "node-" + object % 1000 + "_" + JANUARY.plusSeconds(object) + ".rdb";
            Files.createFile(many.resolve(name));
            if (object < 10) {
                Files.createFile(few.resolve(name));
            }
        }
        long ofFew = peakMemory(VaultProcess.with(Map.of("STORAGE_URL", "file://" + few)), "nodes", "--json");
        long ofMany = peakMemory(VaultProcess.with(Map.of("STORAGE_URL", "file://" + many)), "nodes", "--json");
        System.out.printf("ListIT: peak resident memory %d KiB for 10, %d KiB for 10^5%n", ofFew, ofMany);
        assertThat(ofMany).isLessThan(ofFew + (32 << 10));
    }

    private static long peakMemoryOfListing(String node) {
        return peakMemory(vault(node).jvm("-Xms24m", "-Xmx24m", "-XX:+AlwaysPreTouch"), "list", "--limit", "10");
    }

    private static long peakMemory(VaultProcess.Builder builder, String... arguments) {
        try (VaultProcess vault = builder.and("MALLOC_ARENA_MAX", "2").launch(arguments)) {
            long peak = vault.peakMemoryUntilExit();
            assertThat(vault.waitFor().code()).isZero();
            return peak;
        }
    }

    @Test
    void theLatestOfThousandsIsFoundWithoutARequestForEach() throws IOException {
        try (FaultyProxy proxy = FaultyProxy.to(surroundings.s3().endpoint())) {
            Exit restore = vault("many")
                    .and("S3_ENDPOINT", proxy.endpoint().toString())
                    .run("restore", "--to", data.toString());
            assertThat(restore.code()).as(restore.err()).isZero();
            assertThat(restore.out()).startsWith("restored many_" + JANUARY.plusSeconds(MANY - 1));
            // Five pages, one HEAD, one GET, of about 1 KiB each.
            assertThat(proxy.passed(Direction.TO_SERVER)).isLessThan(30_000);
        }
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).hasSize(1);
        }
    }

    private static VaultProcess.Builder vault(String node) {
        return surroundings.vault().and("REDIS_NODE_NAME", node);
    }

    private static Path file(String node, int second) {
        return surroundings.s3().file("redis-vault/" + node + "_" + JANUARY.plusSeconds(second) + ".rdb");
    }
}
