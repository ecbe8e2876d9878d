package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.rdb.RdbSummary;
import java.time.Instant;
import java.util.Optional;

/**
 * A backup in the storage.
 *
 * @param name what it is called in this node's list
 * @param key its key in the bucket
 * @param timestamp when Redis finished the dump
 * @param bytes of the object, which may be compressed or encrypted
 * @param dumpBytes of the dump; absent when it is not known
 * @param rdb what is known of its content; absent when it was not asked for or not recorded
 * @param origin facts that its server gave about itself; absent likewise
 * @param note what a check could not tell; absent when there is nothing to say
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
     * What is known of a dump.
     *
     * @param version of the RDB format
     * @param producer the server that wrote it, such as {@code redis 7.4.1}
     * @param createdAt when its server says it began it
     * @param checksum CRC-64 in hexadecimal; absent when the server wrote none, or compressed the dump
     * @param verified whether the content was found to agree with the checksum
     */
    @RegisterForReflection
    public record Rdb(Integer version, String producer, Instant createdAt, String checksum, boolean verified) {

        static Rdb of(RdbSummary facts) {
            RdbHeader header = facts.header();
            return new Rdb(
                    header.version(),
                    header.producerVersion()
                            .map(version -> header.producer() + " " + version)
                            .orElse(header.producer()),
                    header.createdAt().orElse(null),
                    facts.hasCrc() ? facts.checksumHex() : null,
                    facts.checksummed());
        }
    }

    /**
     * Facts that the server gave about itself at the time of the backup. Each may be absent.
     *
     * @param replicationId of the history of writes that the dump belongs to
     * @param clusterNode id of the node in its cluster
     * @param shard id of its shard in the cluster, from Redis 7.2 on
     * @param slots of its shard, such as {@code 0-5460}; of very many the first, and a checksum of all
     */
    @RegisterForReflection
    public record Origin(String replicationId, String clusterNode, String shard, String slots) {
        static final Origin UNKNOWN = new Origin(null, null, null, null);
    }

    /** Slots of the cluster's shard that was backed up; empty outside of a cluster, and if they were not recorded. */
    public Optional<String> slots() {
        return Optional.ofNullable(origin).map(Origin::slots);
    }

    /** The same backup with what was found in it. */
    public Backup withFacts(RdbSummary found) {
        return new Backup(name, key, url, node, timestamp, bytes, found.size(), Rdb.of(found), origin, null);
    }

    /** The same backup, of which not everything was checked. */
    public Backup withNote(String what) {
        Rdb recorded =
                rdb == null ? null : new Rdb(rdb.version(), rdb.producer(), rdb.createdAt(), rdb.checksum(), false);
        return new Backup(name, key, url, node, timestamp, bytes, dumpBytes, recorded, origin, what);
    }

    /** Size of the dump in bytes, as far as it is known, else of the object. */
    public long size() {
        return dumpBytes == null ? bytes : dumpBytes;
    }

    /** How it is stored. */
    public StoredForm form() {
        return StoredForm.of(name);
    }
}
