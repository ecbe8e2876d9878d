package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.rdb.RdbSummary;
import java.time.Instant;
import java.util.Optional;

/**
 * A backup in the storage, as the API and the commands show it.
 *
 * @param name its file name, without the prefix
 * @param key its full key in the storage
 * @param timestamp when Redis finished the dump
 * @param bytes size of the stored object, which may be compressed or encrypted
 * @param dumpBytes size of the dump; null if unknown
 * @param rdb facts about the dump; null if they were not requested or not recorded
 * @param origin facts about the Redis server; null if they were not requested or not recorded
 * @param note what a check could not verify; null if nothing, or if there was no check
 */
@RegisterForReflection
public record Backup(
        String name,
        String key,
        String url,
        String node,
        Instant timestamp,
        long bytes,
        Long dumpBytes,
        Rdb rdb,
        Origin origin,
        String note) {

    /**
     * Facts about a dump. Each may be null if unknown.
     *
     * @param version RDB format version
     * @param producer the server that wrote the dump, for example {@code redis 7.4.1}
     * @param createdAt when the server began to write it, according to the dump
     * @param checksum CRC-64 in hexadecimal; null if the server wrote none or compressed the dump
     * @param verified whether the content matched its checksum
     */
    @RegisterForReflection
    public record Rdb(Integer version, String producer, Instant createdAt, String checksum, boolean verified) {

        static Rdb of(RdbSummary facts) {
            RdbHeader header = facts.header();
            return new Rdb(
                    header.version(),
                    header.producer(),
                    header.createdAt().orElse(null),
                    facts.hasCrc() ? facts.checksumHex() : null,
                    facts.checksummed());
        }
    }

    /**
     * Identity of the Redis server at the time of the backup. Each value may be null.
     *
     * @param replicationId Redis replication id: the history of writes that the dump belongs to
     * @param clusterNode the node's id in its cluster
     * @param shard id of the node's shard; known since Redis 7.2
     * @param slots the shard's slots, for example {@code 0-5460}; a long list is cut and ends with a checksum of all
     */
    @RegisterForReflection
    public record Origin(String replicationId, String clusterNode, String shard, String slots) {
        static final Origin UNKNOWN = new Origin(null, null, null, null);
    }

    /** Slots of the shard that was backed up; empty outside a cluster or if not recorded. */
    public Optional<String> slots() {
        return Optional.ofNullable(origin).map(Origin::slots);
    }

    /** A copy with the facts that a full check found. */
    public Backup withFacts(RdbSummary found) {
        return new Backup(name, key, url, node, timestamp, bytes, found.size(), Rdb.of(found), origin, null);
    }

    /** A copy marked as not verified, with a note that says what was not checked. */
    public Backup withNote(String what) {
        Rdb recorded =
                rdb == null ? null : new Rdb(rdb.version(), rdb.producer(), rdb.createdAt(), rdb.checksum(), false);
        return new Backup(name, key, url, node, timestamp, bytes, dumpBytes, recorded, origin, what);
    }

    /** Size of the dump in bytes, or of the stored object if the dump's size is unknown. */
    public long size() {
        return dumpBytes == null ? bytes : dumpBytes;
    }

    public StoredForm form() {
        return StoredForm.of(name);
    }
}
