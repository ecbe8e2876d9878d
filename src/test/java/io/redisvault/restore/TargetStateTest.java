package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import java.time.Instant;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is read of {@code INFO}; a running server has its own test. */
class TargetStateTest {

    private static final LiveRestore.Options CAREFUL = options(false, false);
    private static final LiveRestore.Options FORCE = options(true, false);
    private static final LiveRestore.Options DRILL = options(false, true);
    private static final Backup BACKUP = backup(11);

    private static LiveRestore.Options options(boolean force, boolean scratch) {
        return new LiveRestore.Options(Optional.empty(), force, scratch, Optional.empty());
    }

    private static Backup backup(int version) {
        Backup.Rdb rdb = new Backup.Rdb(version, "redis 7.2.5", null, "0123456789abcdef", true);
        return new Backup("a.rdb", "a.rdb", "file:///a.rdb", "a", Instant.EPOCH, 100, 100L, rdb, null, null);
    }

    @Test
    void whatCannotBeToldToFollowIsNamed() {
        assertThat(unfit("redis_mode:sentinel", FORCE)).isEqualTo("redis://a is a Sentinel: name the server itself");
        TargetState node = state("role:master\ncluster_enabled:1\ndb0:keys=5,expires=0");
        node.requireFit(CAREFUL);
        assertThat(refusal(() -> node.requireNoCluster(BACKUP, FORCE)))
                .isEqualTo(
                        "redis://a is a node of a cluster, which becomes nobody's replica by command: stop the node that"
                                + " this is a backup of, and restore a.rdb into its directory with --to, in the order that"
                                + " docs/restore.md has for a cluster");
        assertThat(refusal(() -> node.requireNoCluster(BACKUP, DRILL)))
                .endsWith("name a server for the drill that is none");
        state("role:master").requireNoCluster(BACKUP, FORCE);
        assertThat(unfit("redis_version:7.0.15", FORCE))
                .isEqualTo(
                        "redis://a does not say whether it is a master or a replica: name the server itself, not a proxy"
                                + " before it");
        assertThat(unfit("role:master\nloading:1", FORCE))
                .isEqualTo("redis://a is still loading data: try again when it is done");
        assertThat(unfit("role:slave\nmaster_host:b\nmaster_port:6379\nmaster_link_status:up", FORCE))
                .isEqualTo("redis://a is a replica of b:6379: restore into its master, the replicas follow");
    }

    @Test
    void keysAreCountedAndLostOnlyByForce() {
        String full = "role:master\ndb0:keys=5,expires=0\ndb3:keys=2,expires=1";
        assertThat(unfit(full, CAREFUL))
                .isEqualTo(
                        "redis://a is not empty, it holds 7 keys, and has loaded no backup since it started: pass --force to lose them and load"
                                + " the backup");
        state(full).requireFit(FORCE);
        assertThat(unfit(full, DRILL)).doesNotContain("--force").endsWith("for the drill only");
        state("role:master").requireFit(CAREFUL);
    }

    @Test
    void whatAKilledRestoreLeftIsToldByTheReplicationId() {
        String id = TargetState.replicationId(BACKUP);
        assertThat(id).matches("[0-9a-f]{40}");
        assertThat(TargetState.replicationId(BACKUP)).isNotEqualTo(id);

        String link = "role:slave\nmaster_host:127.0.0.1\nmaster_port:1\nmaster_link_status:down\n";
        assertThat(unfit(link + "db0:keys=1,expires=0", CAREFUL))
                .contains(
                        "a replica of 127.0.0.1:1, which it does not reach; it holds 1 key, and has loaded no backup since it started.")
                .contains("REPLICAOF NO ONE");
        assertThat(unfit(link, CAREFUL)).contains("it holds no keys");
        assertThat(unfit(link + "db0:keys=9\nmaster_replid:" + id, CAREFUL))
                .contains("it holds 9 keys: all of the backup with CRC-64 0123456789abcdef, and what was done since");
        state(link).requireFit(FORCE);

        TargetState loaded = state("role:master\ndb0:keys=9\nmaster_replid2:" + id);
        assertThat(loaded.hasLoaded(id)).isTrue();
        assertThat(loaded.hasLoaded(TargetState.replicationId(BACKUP))).isFalse();
        assertThat(loaded.heldAfter(id, 3)).isEqualTo("it holds all of the backup, 9 keys");
        assertThat(state("role:master\ndb0:keys=3").heldAfter(id, 3)).isEqualTo("it holds its old data, 3 keys");
        assertThat(state("role:master\ndb0:keys=2").heldAfter(id, 3))
                .isEqualTo("it holds 2 keys instead of 3: look which ones");
        assertThat(state("role:master").heldAfter(id, 3)).isEqualTo("it is empty, and has lost 3 keys");
        assertThat(state("role:master").heldAfter(id, 0)).isEqualTo("it is empty, as before");
    }

    @Test
    void aDumpThatTheServerDoesNotLoadIsNeverTried() {
        TargetState old = state("redis_version:7.0.15");
        old.requireVersion(backup(10), CAREFUL);
        assertThat(refusal(() -> old.requireVersion(BACKUP, FORCE)))
                .isEqualTo("a.rdb is of RDB version 11, which redis 7.0.15 at redis://a does not load: restore into the"
                        + " server that wrote it (redis 7.2.5) or a newer one of its kind");
        TargetState future = state("redis_version:9.1.0");
        assertThat(refusal(() -> future.requireVersion(backup(16), CAREFUL)))
                .contains("is not known")
                .endsWith("pass --force");
        future.requireVersion(backup(16), FORCE);
        future.requireVersion(backup(16), DRILL);
    }

    @Test
    void dataThatAreTooLargeAreSaid() {
        assertThat(state("used_memory:100\nmaxmemory:0").tooLarge()).isEmpty();
        assertThat(state("used_memory:100\nmaxmemory:100").tooLarge()).isEmpty();
        assertThat(state("used_memory:?\nmaxmemory:100").tooLarge()).isEmpty();
        assertThat(state("used_memory:101\nmaxmemory:100").tooLarge())
                .contains("the data take 101 bytes of memory, and maxmemory is 100: the server evicts keys, or takes no"
                        + " writes");
    }

    private static String unfit(String info, LiveRestore.Options options) {
        return refusal(() -> state(info).requireFit(options));
    }

    private static String refusal(ThrowingCallable check) {
        return catchThrowableOfType(RestoreException.class, check).getMessage();
    }

    private static TargetState state(String info) {
        return new TargetState("redis://a", ServerInfo.parse(info));
    }
}
