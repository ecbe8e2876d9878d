package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupNaming.BackupName;
import io.redisvault.backup.RetentionPolicy.Newest;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Lists one node's backups in the storage. Keys that do not parse as this node's backups are ignored. */
@ApplicationScoped
public class BackupCatalog {

    /** @param more whether there are older backups */
    public record Page(List<Backup> backups, boolean more) {}

    private static final int CONCURRENT_HEADS = 8;
    /** Bounds the memory of {@link #nodes}. */
    private static final int MOST_NODES = 10_000;

    private static final Comparator<Backup> NEWEST_FIRST =
            Comparator.comparing(Backup::timestamp).reversed();

    private final BackupStorage storage;
    private final BackupNaming naming;

    BackupCatalog(BackupStorage storage, BackupNaming naming) {
        this.storage = storage;
        this.naming = naming;
    }

    /** A catalog of another node's backups under the same prefix. */
    public BackupCatalog forNode(String node) {
        return new BackupCatalog(storage, naming.forNode(node));
    }

    public String node() {
        return naming.node();
    }

    /**
     * Lists backups, newest first, without facts about the dump. Memory is bounded by {@code limit}, not by the
     * number of stored backups.
     *
     * @param limit maximum number of backups
     * @param before only backups older than this
     */
    public Uni<Page> newest(int limit, Instant before) {
        return stream()
                .filter(backup -> backup.timestamp().isBefore(before))
                .collect()
                .in(() -> new Newest<>(limit + 1, Backup::timestamp), Newest::add)
                .map(Newest::newestFirst)
                .map(found -> found.size() > limit ? new Page(found.subList(0, limit), true) : new Page(found, false));
    }

    /**
     * Reads one backup with its metadata. Fails with {@link StorageException.NotFound} if this node has no such backup.
     *
     * @param name as in {@link Backup#name}
     */
    public Uni<Backup> find(String name) {
        return naming.parse(naming.folder() + name)
                .map(found -> storage.head(found.key()).map(object -> describe(found, object)))
                .orElseGet(() -> Uni.createFrom()
                        .failure(new StorageException.NotFound(
                                "'" + name + "' is not the name of a backup of node '" + node() + "'", null)));
    }

    /** Counts this node's backups. */
    public Uni<NodeBackups> stored() {
        return storage.list(naming.keyPrefix())
                .onItem()
                .scan(() -> NodeBackups.none(node()), (sum, object) -> naming.parse(object.key())
                        .map(name -> sum.and(name, object.size()))
                        .orElse(sum))
                .collect()
                .last();
    }

    /** Counts the backups of each node, sorted by node name. Fails with {@link StorageException} above 10,000 nodes. */
    public Uni<List<NodeBackups>> nodes() {
        return storage.list(naming.folder())
                .collect()
                .in(TreeMap<String, NodeBackups>::new, this::add)
                .map(nodes -> List.copyOf(nodes.values()));
    }

    private void add(Map<String, NodeBackups> nodes, StoredObject object) {
        naming.parseOfAny(object.key()).ifPresent(name -> {
            String node = BackupNaming.nodeOf(name);
            nodes.put(node, nodes.getOrDefault(node, NodeBackups.none(node)).and(name, object.size()));
        });
        if (nodes.size() > MOST_NODES) {
            throw new StorageException.Other(
                    "there are more than " + MOST_NODES + " nodes at " + place()
                            + "*; give each cluster a prefix of its own",
                    null);
        }
    }

    /** URL of the place that holds the backups of all nodes, for example {@code s3://bucket/prefix/}. */
    public String place() {
        return storage.url(naming.folder());
    }

    /** Names of this node's backups, in the storage's order, fetched on demand. */
    Multi<BackupName> names() {
        return objects((name, object) -> name);
    }

    private Multi<Backup> stream() {
        return objects(this::describe);
    }

    private <T> Multi<T> objects(BiFunction<BackupName, StoredObject, T> view) {
        return storage.list(naming.keyPrefix())
                .onItem()
                .transformToIterable(object -> naming.parse(object.key()).map(name -> view.apply(name, object)).stream()
                        .toList());
    }

    /** Adds each backup's metadata; newest first. Backups deleted since they were listed are left out. */
    public Uni<List<Backup>> withFacts(List<Backup> backups) {
        return Multi.createFrom()
                .iterable(backups)
                .onItem()
                .transformToUni(this::withFacts)
                .merge(CONCURRENT_HEADS)
                .collect()
                .asList()
                .map(found -> found.stream().sorted(NEWEST_FIRST).toList());
    }

    /** Emits null if the backup was deleted since it was listed. */
    private Uni<Backup> withFacts(Backup backup) {
        return storage.head(backup.key())
                .map(object -> describe(naming.parse(backup.key()).orElseThrow(), object))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    Backup describe(BackupName name, StoredObject object) {
        OptionalLong dumpBytes = BackupMetadata.dumpBytes(object);
        return new Backup(
                name.name(),
                name.key(),
                storage.url(name.key()),
                naming.node(),
                name.timestamp(),
                object.size(),
                dumpBytes.isPresent() ? dumpBytes.getAsLong() : null,
                BackupMetadata.rdb(object.metadata()),
                BackupMetadata.origin(object.metadata()),
                null);
    }

    /**
     * Totals of one node's backups.
     *
     * @param backups how many there are
     * @param bytes their total size
     * @param name name of the newest backup; null if there is none
     * @param newest when Redis finished the newest dump; null if there is none
     * @param oldest when Redis finished the oldest dump; null if there is none
     */
    @RegisterForReflection
    public record NodeBackups(String node, long backups, long bytes, String name, Instant newest, Instant oldest) {

        public static NodeBackups none(String node) {
            return new NodeBackups(node, 0, 0, null, null, null);
        }

        /** The totals with one more backup of {@code size} bytes. */
        NodeBackups and(BackupName added, long size) {
            Instant time = added.timestamp();
            boolean newer = newest == null || time.isAfter(newest);
            return new NodeBackups(
                    node,
                    backups + 1,
                    bytes + size,
                    newer ? added.name() : name,
                    newer ? time : newest,
                    oldest == null || time.isBefore(oldest) ? time : oldest);
        }
    }
}
