package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.redis.ClusterNode;
import io.redisvault.servers.RedisServer;
import io.redisvault.storage.Content;
import io.redisvault.storage.TestStorages;
import io.smallrye.mutiny.Multi;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A shard goes into the node that has its slots, and into no other one. */
class ClusterTest {

    private static final String BACKUP = "redis-node_2026-01-02T03:04:05Z.rdb";
    private static final String SLOTS = "0-5460,9000";
    private static final String OTHERS = "b :2@12 master - 0 0 2 connected 9001-16383\n";

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void backUp() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        SyntheticDump.write(directory.resolve(BACKUP), 1000, 1);
    }

    private static Stream<Path> servers() {
        return AppendOnlyIT.servers();
    }

    /** One node gives its place in an answer, and leaves it in {@code nodes.conf} beside its data. */
    @ParameterizedTest
    @MethodSource("servers")
    void aRealNodeKeepsWhatItOwnsAndRefusesTheRest(Path program) throws IOException {
        try (RedisServer node = node(program)) {
            addSlots(node, IntStream.concat(IntStream.rangeClosed(0, 5460), IntStream.of(9000)));
            ClusterNode told = ClusterNode.of(node.command("CLUSTER", "NODES")).orElseThrow();
            assertThat(told.id()).isEqualTo(node.command("CLUSTER", "MYID"));
            assertThat(told.slots()).isEqualTo(SLOTS);
            assertThat(told.replica()).isFalse();
            assertThat(told.fresh()).isFalse();
            addSlots(node, IntStream.range(5461, 16_384).filter(slot -> slot != 9000));
        }
        assertThat(restore(backup("0-16383"), false).notes()).isEmpty();
        try (RedisServer node = node(program)) {
            assertThat(node.keys()).isEqualTo(SyntheticDump.keys(1000));
        }
        String nodes = Files.readString(data.resolve("nodes.conf"));
        if (nodes.contains("shard-id=")) {
            assertThat(ClusterNode.of(nodes).orElseThrow().shard()).matches("[0-9a-f]{40}");
        }
        Files.delete(data.resolve("dump.rdb"));
        String reason = BACKUP + " has slots 5461-10922 of its cluster, but " + data.resolve("nodes.conf")
                + " says that this node has 0-16383, and it drops or hides keys of others: restore it into the node"
                + " of its slots";
        assertThatThrownBy(() -> restore(backup("5461-10922"), false))
                .isInstanceOf(RestoreException.class)
                .hasMessage(reason + ", or pass --force");
        assertThat(data)
                .isDirectoryNotContaining(
                        file -> !file.endsWith("nodes.conf") && !file.toString().contains("before"));
        assertThat(restore(backup("5461-10922"), true).notes()).contains(reason);
    }

    /** The steps of docs/restore.md, with the files of the cluster and without them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void allShardsOfAClusterAreRestoredAndNothingIsLost(boolean nodesAreKnown) throws IOException {
        Map<String, String> backups = new LinkedHashMap<>();
        List<String> digests = new ArrayList<>();
        List<Path> homes = List.of(data, Files.createDirectory(directory.resolve("second")));
        try (RedisServer first = node(RedisServer.program(), homes.get(0));
                RedisServer second = node(RedisServer.program(), homes.get(1))) {
            addSlots(first, IntStream.range(0, 8192));
            addSlots(second, IntStream.range(8192, 16_384));
            meet(first, second);
            for (RedisServer node : List.of(first, second)) {
                for (int key = 0; key < 200; key++) {
                    setIfItsOwn(node, "key:" + key);
                }
                node.save();
                String name = "shard" + digests.size() + "_2026-01-02T03:04:05Z.rdb";
                Files.move(node.dumpFile(), directory.resolve(name));
                backups.put(
                        name,
                        ClusterNode.of(node.command("CLUSTER", "NODES"))
                                .orElseThrow()
                                .slots());
                digests.add(node.keys() + " keys, " + node.command("DEBUG", "DIGEST"));
            }
            assertThat(first.keys() + second.keys()).isEqualTo(200);
        }
        for (Path home : homes) {
            if (!nodesAreKnown) {
                Files.delete(home.resolve("nodes.conf"));
            }
        }
        List<String> names = List.copyOf(backups.keySet());
        if (nodesAreKnown) {
            assertThatThrownBy(() -> restore(backup(names.get(0), backups.get(names.get(0))), homes.get(1), false))
                    .hasMessageContaining("restore it into the node of its slots");
        }
        for (int shard = 0; shard < homes.size(); shard++) {
            restore(backup(names.get(shard), backups.get(names.get(shard))), homes.get(shard), false);
        }
        try (RedisServer first = node(RedisServer.program(), homes.get(0));
                RedisServer second = node(RedisServer.program(), homes.get(1))) {
            if (!nodesAreKnown) {
                addSlots(first, free(first, 0));
                addSlots(second, free(second, 8192));
                meet(first, second);
            }
            for (RedisServer node : List.of(first, second)) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> node.command("CLUSTER", "INFO")
                        .contains("cluster_state:ok"));
            }
            assertThat(List.of(first, second))
                    .extracting(node -> node.keys() + " keys, " + node.command("DEBUG", "DIGEST"))
                    .isEqualTo(digests);
        }
    }

    private static void setIfItsOwn(RedisServer node, String key) {
        try {
            node.set(key, key);
        } catch (RedisServer.ErrorReply moved) {
            assertThat(moved).hasMessageStartingWith("MOVED");
        }
    }

    private static void meet(RedisServer first, RedisServer second) {
        first.command("CLUSTER", "SET-CONFIG-EPOCH", "1");
        second.command("CLUSTER", "SET-CONFIG-EPOCH", "2");
        first.command("CLUSTER", "MEET", "127.0.0.1", Integer.toString(second.port()));
        for (RedisServer node : List.of(first, second)) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> node.command("CLUSTER", "INFO")
                    .contains("cluster_state:ok"));
        }
    }

    /** Slots of the half from this one on that a node has not taken over for its keys. */
    private static IntStream free(RedisServer node, int from) {
        return IntStream.range(from, from + 8192)
                .filter(slot -> node.command("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot))
                        .equals("0"));
    }

    private static void addSlots(RedisServer node, IntStream slots) {
        node.command(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots.mapToObj(Integer::toString))
                .toArray(String[]::new));
    }

    private RedisServer node(Path program) {
        return node(program, data);
    }

    private static RedisServer node(Path program, Path home) {
        return RedisServer.builder()
                .executable(program)
                .dataDirectory(home)
                .setting("cluster-enabled", "yes")
                .start();
    }

    @Test
    void aReplicaIsNoPlaceForABackup() throws IOException {
        Files.writeString(data.resolve("nodes.conf"), "a :1@11 myself,slave b 0 0 2 connected\n" + OTHERS);
        assertThat(ClusterNode.of(Files.readString(data.resolve("nodes.conf"))))
                .contains(new ClusterNode("a", null, "9001-16383", true, false));
        assertThatThrownBy(() -> restore(backup("9001-16383"), false))
                .hasMessageContaining("is a replica in its cluster", "restore into the master's directory");
    }

    /** It takes slots over whose keys it finds, but only from nobody. */
    @Test
    void aNodeWithoutSlotsTakesABackupUnlessOthersHaveSome() throws IOException {
        Path nodes = Files.writeString(data.resolve("cluster.conf"), "a :1@11 myself,master - 0 0 0 connected\n");
        Files.writeString(data.resolve("redis.conf"), "cluster-config-file cluster.conf\n");
        restore(backup(SLOTS), false);

        Files.writeString(nodes, Files.readString(nodes) + OTHERS + "vars currentEpoch 2 lastVoteEpoch 0\n");
        assertThatThrownBy(() -> restore(backup(SLOTS), false))
                .hasMessageContaining(nodes + " says that this node has none");
        restore(backup(null), true);
    }

    /** With a checksum, since there may be thousands of them. */
    @Test
    void manyRangesOfSlotsAreShortenedAndStillTellSetsApart() {
        String row = "a :1@11 myself,master - 0 0 1 connected";
        String slots = IntStream.range(0, 8192).mapToObj(half -> " " + 2 * half).collect(Collectors.joining());
        String some = ClusterNode.of(row + slots + " [93-<-b]").orElseThrow().slots();
        assertThat(some).startsWith("0,2,4,").hasSizeLessThan(100);
        assertThat(ClusterNode.of(row + slots).orElseThrow().slots()).isEqualTo(some);
        assertThat(ClusterNode.of(row + slots.replace(" 16382", ""))
                        .orElseThrow()
                        .slots())
                .isNotEqualTo(some);
        assertThat(ClusterNode.of("")).isEmpty();
        assertThat(ClusterNode.of("no nodes, but words enough to be taken for a row"))
                .isEmpty();
    }

    /** Only the backup says which slots it has, so it is looked for first. */
    @Test
    void aRunningNodeIsRefusedWithTheSlotsOfTheBackup() {
        Vertx vertx = Vertx.vertx();
        try (RedisServer node = node(RedisServer.program())) {
            node.command("CLUSTER", "ADDSLOTS", "1");
            TestStorages.directory(directory)
                    .put("redis-node_2026-01-03T03:04:05Z.rdb", content(), Map.of("cluster-slots", SLOTS))
                    .await()
                    .indefinitely();
            LiveRestore.Options force = new LiveRestore.Options(Optional.empty(), true, false, Optional.empty());
            assertThatThrownBy(() -> LiveRestoreTest.restore(vertx, TestStorages.directory(directory), node.url())
                            .run(BackupReader.Selection.LATEST, force, reading -> {})
                            .await()
                            .indefinitely())
                    .isInstanceOf(RestoreException.class)
                    .hasMessageContaining("127.0.0.1:" + node.port() + "/0 is a node of a cluster")
                    .hasMessageContaining("stop the node that has slots " + SLOTS);
        } finally {
            vertx.closeAndAwait();
        }
    }

    private static Content content() {
        return new Content(Multi.createFrom().item(ByteBuffer.wrap(new byte[1])), 1);
    }

    private Backup backup(String slots) throws IOException {
        return backup(BACKUP, slots);
    }

    private Backup backup(String name, String slots) throws IOException {
        return new Backup(
                name,
                name,
                "file://a",
                "a",
                Instant.EPOCH,
                Files.size(directory.resolve(name)),
                null,
                null,
                new Backup.Origin(null, null, null, slots),
                null);
    }

    private RestoreResult restore(Backup backup, boolean force) {
        return restore(backup, data, force);
    }

    private RestoreResult restore(Backup backup, Path home, boolean force) {
        return RestoreRunTest.restore(directory, backup, home, force);
    }
}
