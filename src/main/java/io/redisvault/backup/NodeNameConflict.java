package io.redisvault.backup;

import io.redisvault.backup.BackupNaming.BackupName;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Detects a node name conflict: another sidecar stores backups under this node's name, and the retention of each
 * deletes the other's backups.
 */
@ApplicationScoped
public class NodeNameConflict {

    /** How many backups to look at: the other sidecar's is the newest, or the one before ours. */
    static final int NEWEST = 2;

    private static final Logger LOG = Logger.getLogger(NodeNameConflict.class);

    private final BackupStorage storage;
    private final BackupMetadata metadata;
    private volatile String finding;

    NodeNameConflict(BackupStorage storage, BackupMetadata metadata) {
        this.storage = storage;
        this.metadata = metadata;
    }

    /** Describes the conflict that the last good run found; empty if none. */
    public Optional<String> finding() {
        return Optional.ofNullable(finding);
    }

    /** Checks who stored the newest backups. Never fails: if they cannot be read, the last finding stays. */
    Uni<Void> look(List<BackupName> newest) {
        return Multi.createFrom()
                .iterable(newest)
                .onItem()
                .transformToUniAndConcatenate(backup -> storage.head(backup.key()))
                .filter(object -> metadata.isByAnother(object.metadata()))
                .collect()
                .first()
                .invoke(object -> {
                    finding = object == null
                            ? null
                            : object.key() + " was stored by another process since this one started: two sidecars"
                                    + " share the node name; give each its own REDIS_NODE_NAME";
                    finding().ifPresent(LOG::warn);
                })
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.debugf("no look at the newest backups: %s", failure.getMessage()))
                .onFailure()
                .recoverWithNull();
    }
}
