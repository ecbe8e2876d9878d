package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbSupport;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * State of a running server before or after a load, to decide whether a load is allowed and which data the server holds.
 * The replication id tells that: a server takes its master's id when it has loaded the whole dump, and keeps it as its
 * second id when it becomes a master again.
 *
 * @param name name of the server, for messages
 * @param info the server's answer to {@code INFO}
 */
record TargetState(String name, ServerInfo info) {

    private static final String MARK = HexFormat.of().formatHex("rdsvault".getBytes(StandardCharsets.US_ASCII));
    private static final Pattern MARKED = Pattern.compile(MARK + "([0-9a-f]{16})[0-9a-f]{8}");

    /** A new replication id that contains the backup's checksum. */
    static String replicationId(Backup backup) {
        String checksum = Optional.ofNullable(backup.rdb().checksum()).orElse("0".repeat(16));
        return MARK
                + checksum
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    boolean isMaster() {
        return info.role() == Role.MASTER;
    }

    /** True if the server has loaded the dump that was sent with this replication id. */
    boolean hasLoaded(String replicationId) {
        return !info.loading() && replicationIds().anyMatch(replicationId::equals);
    }

    private Stream<String> replicationIds() {
        return Stream.of("master_replid", "master_replid2").map(info::field);
    }

    /** A warning if the data exceed maxmemory; else empty. */
    Optional<String> tooLarge() {
        long used = info.number("used_memory").orElse(0L);
        long most = info.number("maxmemory").orElse(0L);
        return most == 0 || used <= most
                ? Optional.empty()
                : Optional.of("the data take " + used + " bytes of memory, and maxmemory is " + most
                        + ": the server evicts keys, or takes no writes");
    }

    /** Half a sentence for messages: which data the server holds. */
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

    /** Half a sentence for messages: which data the server holds after a failed load. */
    String heldAfter(String replicationId, long keysBefore) {
        if (hasLoaded(replicationId)) {
            return "it holds all of the backup, " + keys(info.totalKeys());
        }
        if (info.totalKeys() > 0 && info.totalKeys() == keysBefore) {
            return "it holds its old data, " + keys(keysBefore);
        }
        if (info.totalKeys() > 0) {
            // A server that restarted may have loaded a file that the replication left in its directory.
            return "it holds " + keys(info.totalKeys()) + " instead of " + keysBefore + ": look which ones";
        }
        return keysBefore == 0 ? "it is empty, as before" : "it is empty, and has lost " + keys(keysBefore);
    }

    /** Throws {@link RestoreException}, with what to do instead, if the server cannot take any backup. */
    void requireFit(LiveRestore.Options options) {
        refuseIf(info.field("redis_mode").equals("sentinel"), "is a Sentinel: name the server itself");
        if (info.inCluster()) {
            // requireNoCluster refuses it later: with the backup known, it can say what to do.
            return;
        }
        refuseIf(
                info.role() == Role.UNKNOWN,
                "does not say whether it is a master or a replica: name the server itself, not a proxy before it");
        refuseIf(info.loading(), "is still loading data: try again when it is done");
        String replica = "is a replica of " + info.field("master_host") + ":" + info.field("master_port");
        refuseIf(
                !isMaster() && info.field("master_link_status").equals("up"),
                replica + ": restore into its master, the replicas follow");
        // --force may override this: a killed restore left it as a replica, or its master is gone.
        refuseIf(
                !isMaster() && !options.force(),
                replica + ", which it does not reach; " + held() + ". If a restore that was killed left it so,"
                        + " REPLICAOF NO ONE makes it a master again, or pass --force to load a backup");
        refuseIf(
                info.totalKeys() > 0 && !options.force(),
                "is not empty, " + held() + ": "
                        + (options.scratch()
                                ? "name an empty server that is there for the drill only"
                                : "pass --force to lose them and load the backup"));
    }

    private void refuseIf(boolean condition, String reason) {
        if (condition) {
            throw new RestoreException(name + " " + reason);
        }
    }

    /** Throws {@link RestoreException} if the server is a node of a cluster. */
    void requireNoCluster(Backup backup, LiveRestore.Options options) {
        String owner = backup.slots().map(slots -> "that has slots " + slots).orElse("that this is a backup of");
        refuseIf(
                info.inCluster(),
                "is a node of a cluster, which becomes nobody's replica by command: "
                        + (options.scratch()
                                ? "name a server for the drill that is none"
                                : "stop the node " + owner + ", and restore " + backup.name()
                                        + " into its directory with --to, in the order that docs/restore.md has for a cluster"));
    }

    /** Throws {@link RestoreException} if the server must not load this verified backup. */
    void requireLoads(Backup backup, LiveRestore.Options options) {
        if (!backup.rdb().verified() && options.careful()) {
            throw new RestoreException(backup.name()
                    + " has no checksum (rdbchecksum no), and a damaged dump can end the server: pass --force"
                    + " to load it all the same");
        }
        requireVersion(backup, options);
    }

    /** Throws {@link RestoreException} if the server does not load this RDB version, or if we do not know. */
    void requireVersion(Backup backup, LiveRestore.Options options) {
        int version = backup.rdb().version();
        RdbSupport support = RdbSupport.of(info.server(), version);
        if (support == RdbSupport.REFUSES) {
            throw new RestoreException(
                    "%s is of RDB version %d, which %s at %s does not load: restore into the server that wrote it"
                                    .formatted(backup.name(), version, info.server(), name)
                            + " (" + backup.rdb().producer() + ") or a newer one of its kind");
        }
        if (support == RdbSupport.UNKNOWN && options.careful()) {
            throw new RestoreException(
                    "whether %s at %s loads RDB version %d of %s is not known: try it with drill --into an empty one, or pass --force"
                            .formatted(info.server(), name, version, backup.name()));
        }
    }

    private static String keys(long number) {
        return number + (number == 1 ? " key" : " keys");
    }
}
