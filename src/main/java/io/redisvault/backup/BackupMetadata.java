package io.redisvault.backup;

import io.redisvault.VaultVersion;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.rdb.DumpFile;
import io.redisvault.redis.ClusterNode;
import io.redisvault.storage.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Writes and reads the facts about a backup that are kept as metadata of its object. */
@ApplicationScoped
class BackupMetadata {

    private static final String MODIFIED = "dump-modified";
    private static final String FOOTER = "dump-footer";
    private static final String SIZE = "dump-size";
    private static final String VERSION = "rdb-version";
    private static final String PRODUCER = "rdb-producer";
    private static final String CREATED = "rdb-created";
    private static final String CHECKSUM = "rdb-crc64";
    private static final String INSTANCE = "vault-instance";
    private static final String TRIGGER = "vault-trigger";
    private static final String STORED = "vault-stored";
    private static final String VERIFIED = "rdb-verified";
    private static final String REPLICATION = "repl-id";
    private static final String NODE = "cluster-node";
    private static final String SHARD = "cluster-shard";
    private static final String SLOTS = "cluster-slots";
    /** In characters. S3 limits all metadata of an object to 2 KiB, and a hostile dump may contain any text. */
    private static final int MAX_VALUE = 128;

    /** Instance id of this process. */
    private final String instance = UUID.randomUUID().toString();

    private final Instant startedAt;
    private final Clock clock;

    BackupMetadata(Clock clock) {
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** @param place the node's place in its cluster */
    Map<String, String> of(DumpFile dump, RunningBackup run, Optional<ClusterNode> place) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(MODIFIED, dump.modified().toString());
        facts.put(FOOTER, HexFormat.of().toHexDigits(dump.footer()));
        facts.put(SIZE, String.valueOf(dump.size()));
        facts.put("redis-role", run.role().word());
        facts.put(INSTANCE, instance);
        facts.put(TRIGGER, run.trigger().name());
        facts.put(STORED, clock.instant().toString());
        facts.put("vault-version", VaultVersion.CURRENT);
        facts.put(REPLICATION, run.node().field("master_replid"));
        dump.facts().ifPresent(found -> {
            Backup.Rdb rdb = Backup.Rdb.of(found);
            facts.put(VERSION, String.valueOf(rdb.version()));
            facts.put(PRODUCER, rdb.producer());
            facts.put(VERIFIED, String.valueOf(rdb.verified()));
            facts.put(CHECKSUM, rdb.checksum());
            facts.put(CREATED, Objects.toString(rdb.createdAt(), null));
            // Prefer the dump's own replication id: Redis may have a new one by now.
            found.header().replicationId().ifPresent(id -> facts.put(REPLICATION, id));
            found.header().replicationOffset().ifPresent(offset -> facts.put("repl-offset", String.valueOf(offset)));
        });
        place.ifPresent(node -> {
            facts.put(NODE, node.id());
            facts.put(SHARD, node.shard());
            facts.put(SLOTS, node.slots());
        });
        facts.values().removeIf(value -> value == null || value.isEmpty());
        facts.replaceAll((name, value) -> printable(value));
        return facts;
    }

    private static String printable(String value) {
        String ascii = value.replaceAll("[^\\x21-\\x7e ]", "?").strip();
        return ascii.length() > MAX_VALUE ? ascii.substring(0, MAX_VALUE) : ascii;
    }

    /** Facts about the dump; null if there are none, as in backups of the Rust version. */
    static Backup.Rdb rdb(Map<String, String> metadata) {
        if (!metadata.containsKey(VERSION)) {
            return null;
        }
        return new Backup.Rdb(
                version(metadata.get(VERSION)),
                text(PRODUCER, metadata),
                instant(metadata.get(CREATED)).orElse(null),
                text(CHECKSUM, metadata),
                Boolean.parseBoolean(metadata.get(VERIFIED)));
    }

    /** Facts about the Redis server; null if there are none. */
    static Backup.Origin origin(Map<String, String> metadata) {
        Backup.Origin origin = new Backup.Origin(
                text(REPLICATION, metadata), text(NODE, metadata), text(SHARD, metadata), text(SLOTS, metadata));
        return origin.equals(Backup.Origin.UNKNOWN) ? null : origin;
    }

    /** Null if there is none. Others may have written it, so it is made printable. */
    private static String text(String name, Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(name))
                .map(BackupMetadata::printable)
                .orElse(null);
    }

    /** Null if it is not a number: others may have written the metadata. */
    private static Integer version(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException odd) {
            return null;
        }
    }

    /** Size of the dump in bytes: of a plain object its own size, otherwise the recorded one, if any. */
    static OptionalLong dumpBytes(StoredObject object) {
        if (StoredForm.of(object.key()) == StoredForm.PLAIN) {
            return OptionalLong.of(object.size());
        }
        String size = object.metadata().getOrDefault(SIZE, "");
        return size.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(size)) : OptionalLong.empty();
    }

    /** True if the metadata describes this dump. */
    static boolean describe(Map<String, String> metadata, DumpFile dump) {
        boolean sameFooter = HexFormat.of().toHexDigits(dump.footer()).equals(metadata.get(FOOTER));
        // Without a checksum, only the exact time distinguishes two dumps of the same second.
        return sameFooter
                && (dump.endsWithChecksum() || dump.modified().toString().equals(metadata.get(MODIFIED)));
    }

    /** True if the object has our metadata. The Rust version wrote none. */
    static boolean recorded(Map<String, String> metadata) {
        return metadata.containsKey(FOOTER);
    }

    /** True if another service stored the object since this process started. A command may do that, so it does not count. */
    boolean isByAnother(Map<String, String> metadata) {
        return metadata.containsKey(INSTANCE)
                && !metadata.get(INSTANCE).equals(instance)
                && !Trigger.COMMAND.name().equals(metadata.get(TRIGGER))
                && instant(metadata.get(STORED))
                        .filter(stored -> stored.isAfter(startedAt))
                        .isPresent();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.ofNullable(text).map(Instant::parse);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
