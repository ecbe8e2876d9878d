package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess.Exit;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Backups that were put into the bucket as files, without metadata, so that what is said of them was found in them. */
class VerifyIT {

    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @Test
    void saysWhatWasFoundInAGoodBackup() throws IOException {
        Path older = backup("good", JANUARY, 100_000);
        backup("good", JANUARY.plusSeconds(60), 3 << 20);

        Exit latest = verify("good");
        assertThat(latest.code()).as(latest.err()).isZero();
        assertThat(latest.out())
                .matches("good_2026-01-02T03:05:05Z\\.rdb: [23]\\.\\d MiB, redis 6\\.2\\.7, RDB version 9,"
                        + " CRC-64 [0-9a-f]{16} verified\n");

        Exit named = verify("good", older.getFileName().toString(), "--json");
        assertThat(named.code()).as(named.err()).isZero();
        JsonPath json = JsonPath.from(named.out());
        assertThat(json.getString("name")).isEqualTo("good_2026-01-02T03:04:05Z.rdb");
        assertThat(json.getLong("bytes")).isEqualTo(Files.size(older));
        assertThat(json.getString("rdb.producer")).isEqualTo("redis 6.2.7");
        assertThat(json.getBoolean("rdb.verified")).isTrue();
    }

    @Test
    void aBackupWithoutAChecksumIsGoodAsFarAsOneCanSee() throws IOException {
        Path dump = backup("unchecked", JANUARY, 100_000);
        byte[] bytes = Files.readAllBytes(dump);
        Arrays.fill(bytes, bytes.length - 8, bytes.length, (byte) 0);
        Files.write(dump, bytes);

        Exit exit = verify("unchecked");
        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.out()).endsWith("RDB version 9, no checksum, so unverified\n");
    }

    @Test
    void aDamagedBackupIsAFailure() throws IOException {
        Path dump = backup("damaged", JANUARY, 100_000);
        byte[] bytes = Files.readAllBytes(dump);
        bytes[bytes.length / 2] ^= 1;
        Files.write(dump, bytes);

        Exit exit = verify("damaged", "--json");
        assertThat(exit.code()).isOne();
        assertThat(exit.out()).isEmpty();
        assertThat(exit.err())
                .contains(
                        "redis-vault: damaged_2026-01-02T03:04:05Z.rdb is corrupt: the dump is damaged: its CRC-64 is ")
                .doesNotContain("\tat ");
    }

    @Test
    void drawsABarOnATerminal() throws IOException {
        assumeThat(Path.of("/usr/bin/script")).exists();
        backup("terminal", JANUARY, 3 << 20);

        Exit exit = surroundings
                .vault()
                .and("REDIS_NODE_NAME", "terminal")
                .onTerminal()
                .run("verify");

        assertThat(exit.code()).as(exit.out()).isZero();
        assertThat(exit.out())
                .containsPattern("\\r\\[#{30}] 100%  [23]\\.\\d MiB of [23]\\.\\d MiB  \\S+ [KM]iB/s *\\r\\n")
                .contains("verified");
    }

    @Test
    void printsPlainLinesElsewhere() throws IOException {
        backup("lines", JANUARY, 3 << 20);

        Exit exit = verify("lines");

        assertThat(exit.err()).contains("redis-vault: reading s3://").doesNotContain("\r", "#");
    }

    @Test
    void noBackupIsNothingToDo() {
        Exit exit = verify("nobody");
        assertThat(exit.code()).isEqualTo(3);
        assertThat(exit.out()).isEmpty();
        assertThat(exit.err()).contains("there is no backup of node 'nobody'");
    }

    @Test
    void aNameAndAConditionExcludeEachOther() {
        Exit exit = verify("nobody", "nobody_2026-01-02T03:04:05Z.rdb", "--max-age", "1h");
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err())
                .contains("--before and --max-age choose the latest backup")
                .doesNotContain("\tat ");
    }

    private static Exit verify(String node, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "verify";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return surroundings.vault().and("REDIS_NODE_NAME", node).run(all);
    }

    private static Path backup(String node, Instant time, long bytes) throws IOException {
        Path file = surroundings.s3().file("redis-vault/" + node + "_" + time + ".rdb");
        Files.createDirectories(file.getParent());
        return SyntheticDump.write(file, bytes, bytes);
    }
}
