package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
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

/** This node's backups in the storage, and nobody else's. */
@ApplicationScoped
public class BackupCatalog {

    /** @param more whether there are older ones */
    public record Page(List<Backup> backups, boolean more) {}

    private static final int CONCURRENT_HEADS = 8;
    /** Each takes memory. */
    private static final int MOST_NODES = 10_000;

    private static final Comparator<Backup> NEWEST_FIRST =
            Comparator.comparing(Backup::timestamp).reversed();

    private final BackupStorage storage;
    private final BackupNaming naming;

    BackupCatalog(BackupStorage storage, BackupNaming naming) {
        this.storage = storage;
        this.naming = naming;
    }

    /** The backups of another node under the same prefix. */
    public BackupCatalog forNode(String node) {
        return new BackupCatalog(storage, naming.forNode(node));
    }

    public String node() {
        return naming.node();
    }

    /**
     * The newest backups, newest first, without what is known of their content; takes memory for these only, however
     * many there are.
     *
     * @param limit how many at most
     * @param before only those that are older than this
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
     * One backup with its metadata.
     *
     * @param name as in {@link Backup#name}; fails with {@link StorageException.NotFound} if this node has none of it
     */
    public Uni<Backup> find(String name) {
        return naming.parse(naming.folder() + name)
                .map(found -> storage.head(found.key()).map(object -> describe(found, object)))
                .orElseGet(() -> Uni.createFrom()
                        .failure(new StorageException.NotFound(
                                "'" + name + "' is not the name of a backup of node '" + node() + "'", null)));
    }

    /** Number, bytes and times of this node's backups. */
    public Uni<NodeBackups> stored() {
        return storage.list(naming.keyPrefix())
                .onItem()
                .scan(() -> NodeBackups.none(node()), (sum, object) -> naming.parse(object.key())
                        .map(name -> sum.and(name, object.size()))
                        .orElse(sum))
                .collect()
                .last();
    }

    /** The same of each node under the prefix, sorted by name; fails with {@link StorageException} if there are too many. */
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

    /** Where the backups of all nodes are, such as {@code s3://bucket/prefix/}. */
    public String place() {
        return storage.url(naming.folder());
    }

    /** Names of all backups, in the storage's order and as they are asked for. */
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

    /** These backups, newest first, each with its metadata; those are left out that were deleted since they were listed. */
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

    /** Nothing, if the backup was deleted since it was listed. */
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
     * The backups of a node in the storage.
     *
     * @param backups their number
     * @param bytes of all of them
     * @param name of the newest; null if there is none
     * @param newest when Redis finished the dump of the newest; null if there is none
     * @param oldest when it finished that of the oldest; null if there is none
     */
    @RegisterForReflection
    public record NodeBackups(String node, long backups, long bytes, String name, Instant newest, Instant oldest) {

        public static NodeBackups none(String node) {
            return new NodeBackups(node, 0, 0, null, null, null);
        }

        /** These and one more. */
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
