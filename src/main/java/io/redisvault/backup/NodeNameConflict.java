package io.redisvault.backup;

import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Notices another sidecar that backs up under this node's name: the retention of each deletes the backups of the other.
 */
@ApplicationScoped
public class NodeNameConflict {

    /** So many backups are looked at: the other's is the newest, or the one before ours. */
    static final int NEWEST = 2;

    private static final Logger LOG = Logger.getLogger(NodeNameConflict.class);

    private final BackupStorage storage;
    private final BackupMetadata metadata;
    private volatile String finding;

    NodeNameConflict(BackupStorage storage, BackupMetadata metadata) {
        this.storage = storage;
        this.metadata = metadata;
    }

    /** The conflict that the last good run noticed, in words. */
    public Optional<String> finding() {
        return Optional.ofNullable(finding);
    }

    /** Looks at the newest backups. Never fails: a look that cannot be had is as good as none. */
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
