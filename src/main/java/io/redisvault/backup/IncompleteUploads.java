package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;

/** What earlier lives of this node's sidecar began to upload and never finished: invisible, but paid for. */
@ApplicationScoped
class IncompleteUploads {

    private static final Logger LOG = Logger.getLogger(IncompleteUploads.class);

    private final BackupStorage storage;
    private final BackupNaming naming;
    private final Clock clock;
    private final Duration age;

    IncompleteUploads(BackupStorage storage, BackupNaming naming, VaultConfig config, Clock clock) {
        this.storage = storage;
        this.naming = naming;
        this.clock = clock;
        this.age = config.backup().unfinishedAge();
    }

    /** Removes the old ones, and only those of this node's own backups. Never fails, as retention does not. */
    Uni<RetentionResult> remove() {
        return Uni.createFrom()
                .deferred(() -> storage.abortIncomplete(
                        naming.keyPrefix(), clock.instant().minus(age), key -> naming.parse(key)
                                .isPresent()))
                .invoke(removed -> {
                    if (removed > 0) {
                        LOG.infof("removed interrupted uploads: %d", removed);
                    }
                })
                .replaceWith(RetentionResult.NONE)
                .onFailure()
                .recoverWithItem(failure ->
                        RetentionResult.failed("could not remove interrupted uploads: " + failure.getMessage()));
    }
}
