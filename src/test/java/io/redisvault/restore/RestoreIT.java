package io.redisvault.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.Root;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged command against a bucket whose backups were put there as files, without any metadata, as the Rust
 * redis-vault leaves them.
 */
class RestoreIT {

    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");

    private static final long MIB = 1 << 20;
    private static final int ROUNDS = 2;

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path data;

    @Test
    void restoresTheNewestBackupAndSaysSo() throws IOException {
        backup("newest", JANUARY, 1);
        Path newest = backup("newest", JANUARY.plusSeconds(60), 2);
        backup("newest-1", JANUARY.plusSeconds(120), 3);

        Exit exit = restore("newest", "--to", data.toString());

        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.out())
                .startsWith("restored newest_2026-01-02T03:05:05Z.rdb to " + dump() + ": ")
                .contains("redis 6.2.7, RDB version 9, CRC-64 ", " verified");
        assertThat(dump()).hasSameBinaryContentAs(newest);
        assertThat(Files.getLastModifiedTime(dump()).toInstant()).isEqualTo(JANUARY.plusSeconds(60));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dump())))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("dump.rdb");
    }

    @Test
    void takesTheBackupOfTheNameOrTimeThatIsAskedFor() throws IOException {
        Path first = backup("times", JANUARY, 1);
        Path second = backup("times", JANUARY.plusSeconds(60), 2);
        backup("times", JANUARY.plusSeconds(120), 3);

        assertThat(restore(
                                "times",
                                "times_2026-01-02T03:04:05Z.rdb",
                                "--to",
                                data.resolve("a.rdb").toString())
                        .code())
                .isZero();
        assertThat(data.resolve("a.rdb")).hasSameBinaryContentAs(first);
        assertThat(restore(
                                "times",
                                "latest",
                                "--before",
                                "2026-01-02T04:06:05+01:00",
                                "--to",
                                data.resolve("b.rdb").toString())
                        .code())
                .isZero();
        assertThat(data.resolve("b.rdb")).hasSameBinaryContentAs(second);

        Exit old = restore(
                "times", "--max-age", "1h", "--to", data.resolve("c.rdb").toString());
        assertThat(old.code()).isEqualTo(3);
        assertThat(old.err()).contains("times_2026-01-02T03:06:05Z.rdb was written", "--max-age allows 3600 s");
        assertThat(data.resolve("c.rdb")).doesNotExist();
    }

    @Test
    void keepsThePresentDumpWhenForcedToReplaceIt() throws IOException {
        Path backup = backup("forced", JANUARY, 1);
        Files.writeString(dump(), "precious");

        Exit refused = restore("forced", "--to", data.toString());
        assertThat(refused.code()).isOne();
        assertThat(refused.err()).contains(dump() + " exists: pass --force to replace it");
        assertThat(dump()).hasContent("precious");

        Exit forced = restore("forced", "--to", data.toString(), "--force", "--mode", "0640", "--json");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.out())
                .startsWith("{\"outcome\":\"restored\",\"backup\":{\"name\":\"forced_")
                .contains("\"keptAs\":\"" + dump() + ".before-");
        assertThat(dump()).hasSameBinaryContentAs(backup);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dump())))
                .isEqualTo("rw-r-----");
        assertThat(names()).hasSize(2).anySatisfy(name -> {
            assertThat(name).startsWith("dump.rdb.before-2");
            assertThat(data.resolve(name)).hasContent("precious");
        });
    }

    @Test
    void warnsOfAppendOnlyFilesThatRedisWouldLoadInstead() throws IOException {
        backup("aof", JANUARY, 1);
        Path folder = Files.createDirectory(data.resolve("appendonlydir"));
        Files.writeString(folder.resolve("appendonly.aof.manifest"), "file appendonly.aof.1.base.rdb seq 1 type b\n");

        Exit refused = restore("aof", "--to", data.toString());
        assertThat(refused.code()).isOne();
        assertThat(refused.err()).contains("appendonlydir is there: with 'appendonly yes' Redis loads that");
        assertThat(dump()).doesNotExist();

        Exit forced = restore("aof", "--to", data.toString(), "--force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.err()).contains("unless it starts with 'appendonly no'");
        assertThat(dump()).exists();
    }

    @Test
    void leavesAnInitContainersVolumeAloneUnlessItIsEmpty() throws IOException {
        Exit first = restore("init", "--to", data.toString(), "--if-empty");
        assertThat(first.code()).isZero();
        assertThat(first.err()).contains("there is no backup of node 'init': nothing to restore yet");
        assertThat(names()).isEmpty();

        Path backup = backup("init", JANUARY, 1);
        assertThat(restore("init", "--to", data.toString(), "--if-empty").code())
                .isZero();
        assertThat(dump()).hasSameBinaryContentAs(backup);

        backup("init", JANUARY.plusSeconds(60), 2);
        Exit second = restore("init", "--to", data.toString(), "--if-empty");
        assertThat(second.code()).isZero();
        assertThat(second.err()).contains(dump() + " is there: left as it is");
        assertThat(dump()).hasSameBinaryContentAs(backup);

        Files.move(dump(), data.resolve("appendonly.aof"));
        assertThat(restore("init", "--to", data.toString(), "--if-empty").code())
                .isZero();
        assertThat(names()).containsExactly("appendonly.aof");
    }

    @Test
    void anInitContainerFailsWhenTheStorageDoes() {
        Exit exit = surroundings
                .vault()
                .and("S3_BUCKET", "no-such-bucket")
                .run("restore", "--to", data.toString(), "--if-empty");
        assertThat(exit.code()).isOne();
        assertThat(exit.err()).contains("there is no bucket 'no-such-bucket'");
    }

    @Test
    void restoresAnotherNodesBackupOnlyWhenItIsNamed() throws IOException {
        Path backup = backup("production", JANUARY, 1);

        Exit refused = restore("staging", "production_2026-01-02T03:04:05Z.rdb", "--to", data.toString());
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("of node 'staging'", "--node names another node");
        assertThat(names()).isEmpty();

        assertThat(restore("staging", "--node", "production", "--to", data.toString())
                        .code())
                .isZero();
        assertThat(dump()).hasSameBinaryContentAs(backup);
    }

    @Test
    void fallsBackToTheNewestGoodBackupOnlyWhenAskedTo() throws IOException {
        Path good = backup("rotten", JANUARY, 1);
        Path flipped = backup("rotten", JANUARY.plusSeconds(60), 2);
        byte[] bytes = Files.readAllBytes(flipped);
        bytes[bytes.length / 2] ^= 1;
        Files.write(flipped, bytes);
        Path cut = backup("rotten", JANUARY.plusSeconds(120), 3);
        Files.write(cut, List.of("REDIS0009"));

        Exit refused = restore("rotten", "--to", data.toString());
        assertThat(refused.code()).isOne();
        assertThat(refused.err()).contains("rotten_2026-01-02T03:06:05Z.rdb", "the dump is cut off", "--fallback");
        assertThat(names()).isEmpty();

        Exit exit = restore("rotten", "--to", data.toString(), "--fallback");
        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.err())
                .contains("rotten_2026-01-02T03:06:05Z.rdb is corrupt", "rotten_2026-01-02T03:05:05Z.rdb is corrupt");
        assertThat(dump()).hasSameBinaryContentAs(good);
        assertThat(names()).containsExactly("dump.rdb");

        Files.delete(dump());
        Files.delete(good);
        Exit none = restore("rotten", "--to", data.toString(), "--fallback");
        assertThat(none.code()).as(none.err()).isOne();
        assertThat(none.err()).contains("rotten_2026-01-02T03:05:05Z.rdb is corrupt", "there is no backup");
        assertThat(names()).isEmpty();
    }

    @Test
    void whatIsNoBackupIsNeverRestored() throws IOException {
        Path outside = surroundings.s3().directory().resolve("outside.rdb");
        SyntheticDump.write(outside, 1000, 1);
        for (String name :
                List.of("../outside.rdb", "outside.rdb", "/etc/passwd", "hostile_..rdb", "hostile_/../x.rdb")) {
            Exit exit = restore("hostile", name, "--to", data.toString());
            assertThat(exit.code()).as(name).isEqualTo(3);
            assertThat(names()).as(name).isEmpty();
        }
    }

    @Test
    void rootGivesTheDumpToWhoeverIsNamedOrOwnsTheDirectory() throws IOException {
        Root.isNeeded();
        backup("owned", JANUARY, 1);

        Exit named = restore("owned", "--to", data.toString(), "--owner", "999:998");
        assertThat(named.code()).as(named.err()).isZero();
        assertThat(Root.ownerOf(dump())).isEqualTo(999);
        assertThat(Files.getAttribute(dump(), "unix:gid")).isEqualTo(998);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dump())))
                .isEqualTo("rw-------");

        Root.giveTo(997, data);
        Exit unnamed = restore("owned", "--to", data.resolve("other.rdb").toString());
        assertThat(unnamed.code()).as(unnamed.err()).isZero();
        assertThat(Root.ownerOf(data.resolve("other.rdb"))).isEqualTo(997);

        // A fresh volume belongs to root, which says nothing of Redis.
        Root.giveTo(0, data);
        assertThat(restore("owned", "--to", data.resolve("fresh.rdb").toString())
                        .code())
                .isZero();
        assertThat(Root.ownerOf(data.resolve("fresh.rdb"))).isZero();
    }

    @Test
    void wrongArgumentsAreWrongUsage() {
        assertThat(restore("usage").code()).isEqualTo(2);
        Exit mode = restore("usage", "--to", data.toString(), "--mode", "rw");
        assertThat(mode.code()).isEqualTo(2);
        assertThat(mode.err()).contains("--mode", "'rw' is not a file mode such as 640");
        Exit owner = restore("usage", "--to", data.toString(), "--owner", "no such user");
        assertThat(owner.code()).isEqualTo(2);
        assertThat(owner.err()).contains("'no such user' is not USER or USER:GROUP of this system");
        Exit node = restore("usage", "--to", data.toString(), "--node", "a/../b");
        assertThat(node.code()).isEqualTo(2);
        assertThat(node.err()).contains("'a/../b' is not a node name");
        Exit missing = restore("usage", "--to", data.resolve("missing").toString());
        assertThat(missing.code()).isOne();
        assertThat(missing.err())
                .contains("there is no directory " + data.resolve("missing") + "; mount it, create it");
    }

    @Test
    void refusesTheDirectoryOfARunningRedis() throws IOException {
        backup("running", JANUARY, 1);
        Path directory = surroundings.redis().dataDirectory();

        Exit refused = restore("running", "--to", directory.toString(), "--append-only");

        assertThat(refused.code()).isOne();
        assertThat(refused.err())
                .contains(
                        "is running with 'appendonly no' (leave out --append-only) and overwrites its dump when it saves: stop it first");
        assertThat(directory.resolve("dump.rdb")).doesNotExist();

        Path link = Files.createSymbolicLink(data.resolve("link"), directory);
        Exit byLink = restore("running", "--to", link.toString());
        assertThat(byLink.code()).isOne();
        assertThat(byLink.err()).contains("is running and overwrites its dump when it saves: stop it first");

        // Where the settings name another directory, the server says which one is its own.
        Exit ofOtherSettings = surroundings
                .vault()
                .and("REDIS_NODE_NAME", "running")
                .and("REDIS_DATA_PATH", data.toString())
                .run("restore", "--to", directory.toString());
        assertThat(ofOtherSettings.code()).isOne();
        assertThat(ofOtherSettings.err()).contains("is running and overwrites its dump when it saves: stop it first");
        assertThat(directory.resolve("dump.rdb")).doesNotExist();

        Exit forced = restore("running", "--to", directory.toString(), "--force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.err()).contains("is running and overwrites its dump when it saves");
    }

    @Test
    void passesOverABackupThatLiesAheadOfTheClockUnlessItIsNamed() throws IOException {
        Path present = backup("ahead", JANUARY, 1);
        Path ahead = backup("ahead", Instant.parse("2100-01-02T03:04:05Z"), 2);

        Exit latest = restore("ahead", "--to", data.resolve("latest.rdb").toString());
        assertThat(latest.code()).as(latest.err()).isZero();
        assertThat(latest.err())
                .contains("passing over ahead_2100-01-02T03:04:05Z.rdb: its time lies ahead of this machine's clock");
        assertThat(data.resolve("latest.rdb")).hasSameBinaryContentAs(present);

        Exit named = restore(
                "ahead",
                ahead.getFileName().toString(),
                "--to",
                data.resolve("named.rdb").toString());
        assertThat(named.code()).as(named.err()).isZero();
        assertThat(data.resolve("named.rdb")).hasSameBinaryContentAs(ahead);
    }

    @Test
    void whatCannotBeVerifiedIsRestoredOnlyWhenAskedTo() throws IOException {
        Path odd = Files.writeString(file("unverified", JANUARY), "REDIS0004\u00fe\0and so on\u00ff", ISO_8859_1);

        Exit refused = restore("unverified", "--to", data.toString());
        assertThat(refused.code()).isOne();
        assertThat(refused.err())
                .contains("--unverified this one as it is", ".rdb cannot be verified: RDB version 4 is too old")
                .doesNotContain("corrupt");
        assertThat(names()).isEmpty();

        Exit exit = restore("unverified", "--to", data.toString(), "--unverified");
        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.err()).contains("this backup was not verified: Redis may refuse to load it");
        assertThat(dump()).hasSameBinaryContentAs(odd);
    }

    @Test
    void aRedisThatWantsAPasswordIsNotTakenForAStoppedOne() throws IOException {
        backup("locked", JANUARY, 1);
        try (RedisServer redis = RedisServer.builder().password("secret").start()) {
            Exit refused = surroundings
                    .vault()
                    .and("REDIS_NODE_NAME", "locked")
                    .and("REDIS_CONNECTION", redis.url().replaceFirst("//.*@", "//"))
                    .and("REDIS_DATA_PATH", redis.dataDirectory().toString())
                    .run("restore", "--to", redis.dataDirectory().toString());

            assertThat(refused.code()).isOne();
            assertThat(refused.err()).contains("Redis may be running", "NOAUTH");
            assertThat(redis.dumpFile()).doesNotExist();
        }
    }

    @Test
    void anInitContainerFailsWhenTheDirectoryOfTheBackupsIsAway() {
        Exit exit = surroundings
                .vault()
                .and("STORAGE_URL", data.resolve("away").toUri().toString())
                .run("restore", "--to", data.toString(), "--if-empty");
        assertThat(exit.code()).isOne();
        assertThat(exit.err()).contains("there is no directory " + data.resolve("away") + ";");
    }

    @Test
    void resumesWhereverTheConnectionBreaks() throws IOException {
        // Of what a reset connection has carried, the system throws away what was not read yet: little may get through.
        Path backup = SyntheticDump.write(file("broken", JANUARY), 4 * MIB, 1);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            long offset = MIB / 4 + random.nextInt((int) MIB);
            Cut how = Cut.values()[round % 2];
            try (FaultyProxy proxy = FaultyProxy.to(surroundings.s3().endpoint())) {
                proxy.cutAfter(offset, Direction.TO_CLIENT, Count.EACH_CONNECTION, how);
                Path dump = data.resolve(round + ".rdb");
                Exit exit = surroundings
                        .vault()
                        .and("REDIS_NODE_NAME", "broken")
                        .and("S3_ENDPOINT", proxy.endpoint().toString())
                        .run("restore", "--to", dump.toString());
                String what = "seed %d, %s after %d bytes: %s".formatted(seed, how, offset, exit.err());
                assertThat(exit.code()).as(what).isZero();
                assertThat(proxy.cuts()).as(what).isGreaterThanOrEqualTo(Files.size(backup) / offset);
                assertThat(dump).as(what).hasSameBinaryContentAs(backup);
            }
        }
    }

    private Exit restore(String node, String... arguments) {
        List<String> command = new ArrayList<>(List.of("restore"));
        command.addAll(List.of(arguments));
        return surroundings.vault().and("REDIS_NODE_NAME", node).run(command.toArray(String[]::new));
    }

    private static Path backup(String node, Instant time, long seed) throws IOException {
        return SyntheticDump.write(file(node, time), 200_000, seed);
    }

    private static Path file(String node, Instant time) throws IOException {
        Path file = surroundings.s3().file("redis-vault/" + node + "_" + time + ".rdb");
        Files.createDirectories(file.getParent());
        return file;
    }

    private Path dump() {
        return data.resolve("dump.rdb");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
