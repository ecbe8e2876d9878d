package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbSupport;
import io.redisvault.redis.ServerInfo;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The answer of a server to {@code INFO}, before or after a backup is loaded into it. The replication id tells which data it holds:
 * a server takes on its master's id once it has loaded the whole dump, and keeps it as its second id when it becomes a
 * master again.
 *
 * @param name of the server, for messages
 */
record TargetState(String name, ServerInfo info) {

    private static final String MARK = HexFormat.of().formatHex("rdsvault".getBytes(StandardCharsets.US_ASCII));
    private static final Pattern MARKED = Pattern.compile(MARK + "([0-9a-f]{16})[0-9a-f]{8}");

    /** A new replication id that has the backup's checksum in it. */
    static String replicationId(Backup backup) {
        String checksum = Optional.ofNullable(backup.rdb().checksum()).orElse("0".repeat(16));
        return MARK
                + checksum
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    boolean isMaster() {
        return info.field("role").equals("master");
    }

    /** True if it has loaded the dump that was sent under this replication id. */
    boolean hasLoaded(String replicationId) {
        return !info.loading() && replicationIds().anyMatch(replicationId::equals);
    }

    private Stream<String> replicationIds() {
        return Stream.of("master_replid", "master_replid2").map(info::field);
    }

    /** A warning if the data are larger than maxmemory. */
    Optional<String> tooLarge() {
        long used = Long.parseLong("0" + info.field("used_memory"));
        long most = Long.parseLong("0" + info.field("maxmemory"));
        return most == 0 || used <= most
                ? Optional.empty()
                : Optional.of("the data take " + used + " bytes of memory, and maxmemory is " + most
                        + ": the server evicts keys, or takes no writes");
    }

    /** Which data the server holds. */
    String held() {
        String keys = keys(info.totalKeys());
        return replicationIds()
                .map(MARKED::matcher)
                .filter(Matcher::matches)
                .map(id -> "it holds " + keys + ": all of the backup with CRC-64 " + id.group(1)
                        + ", and what was done since")
                .findFirst()
                .orElse(
                        info.totalKeys() == 0
                                ? "it holds no keys"
                                : "it holds " + keys + ", and has loaded no backup since it started");
    }

    /** Which data the server holds after an attempt that failed. */
    String heldAfter(String replicationId, long keysBefore) {
        if (hasLoaded(replicationId)) {
            return "it holds all of the backup, " + keys(info.totalKeys());
        }
        if (info.totalKeys() > 0 && info.totalKeys() == keysBefore) {
            return "it holds its old data, " + keys(keysBefore);
        }
        if (info.totalKeys() > 0) {
            // A server that started anew may have loaded a file that the replication left in its directory.
            return "it holds " + keys(info.totalKeys()) + " instead of " + keysBefore + ": look which ones";
        }
        return keysBefore == 0 ? "it is empty, as before" : "it is empty, and has lost " + keys(keysBefore);
    }

    /** Why no backup may be loaded into the server, and what to do instead; empty if one may. */
    Optional<String> refusal(LiveOptions options) {
        if (info.field("redis_mode").equals("sentinel")) {
            return Optional.of(name + " is a Sentinel: name the server itself");
        }
        if (isInCluster()) {
            // The backup says in more detail what to do.
            return Optional.empty();
        }
        if (info.loading()) {
            return Optional.of(name + " is still loading data: try again when it is done");
        }
        Optional<String> replica = isMaster() ? Optional.empty() : replica(options.force());
        return replica.isPresent() ? replica : occupied(options);
    }

    private Optional<String> replica(boolean force) {
        String of = name + " is a replica of " + info.field("master_host") + ":" + info.field("master_port");
        if (info.field("master_link_status").equals("up")) {
            return Optional.of(of + ": restore into its master, the replicas follow");
        }
        // Nobody else can be meant: what was killed here was a restore, or its master is away.
        return force
                ? Optional.empty()
                : Optional.of(of + ", which it does not reach; " + held() + ". If a restore that was killed left it so,"
                        + " REPLICAOF NO ONE makes it a master again, or pass --force to load a backup");
    }

    private Optional<String> occupied(LiveOptions options) {
        if (options.force() || info.totalKeys() == 0) {
            return Optional.empty();
        }
        return Optional.of(name + " is not empty, " + held() + ": "
                + (options.scratch()
                        ? "name an empty server that is there for the drill only"
                        : "pass --force to lose them and load the backup"));
    }

    private boolean isInCluster() {
        return info.field("cluster_enabled").equals("1");
    }

    /** The reason why this server may not be given a backup as a node of a cluster; empty if it is none. */
    Optional<String> clusterRefusal(Backup backup, LiveOptions options) {
        if (!isInCluster()) {
            return Optional.empty();
        }
        String owner = backup.slots().map(slots -> "that has slots " + slots).orElse("that this is a backup of");
        return Optional.of(
                name + " is a node of a cluster, which becomes nobody's replica by command: "
                        + (options.scratch()
                                ? "name a server for the drill that is none"
                                : "stop the node " + owner + ", and restore " + backup.name()
                                        + " into its directory with --to, in the order that docs/restore.md has for a cluster"));
    }

    /** Why the server may not be given this backup; empty if it may. */
    Optional<String> refusal(Backup backup, LiveOptions options) {
        String server = info.server();
        int version = backup.rdb().version();
        return switch (RdbSupport.of(server, version)) {
            case LOADS -> Optional.empty();
            case REFUSES ->
                Optional.of(
                        "%s is of RDB version %d, which %s at %s does not load: restore into the server that wrote it"
                                        .formatted(backup.name(), version, server, name)
                                + " (" + backup.rdb().producer() + ") or a newer one of its kind");
            case UNKNOWN ->
                options.force() || options.scratch()
                        ? Optional.empty()
                        : Optional.of("whether %s at %s loads RDB version %d of %s is not known: try it with drill"
                                        .formatted(server, name, version, backup.name())
                                + " --into an empty one, or pass --force");
        };
    }

    private static String keys(long number) {
        return number + (number == 1 ? " key" : " keys");
    }
}
