package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Incomplete uploads of earlier processes of this node: not listed, but billed. */
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

    /**
     * Aborts the old ones, and only those of this node's own backups. Never fails, as retention does not.
     *
     * @param key of the present dump, which a process that was killed may have begun to store
     */
    Uni<RetentionResult> abort(String key) {
        return abort(naming.keyPrefix(), any -> naming.parse(any).isPresent())
                // MinIO lists the uploads of an exact key only.
                .chain(found -> abort(key, key::equals).map(more -> found + more))
                .invoke(aborted -> {
                    if (aborted > 0) {
                        LOG.infof("aborted incomplete uploads: %d", aborted);
                    }
                })
                .replaceWith(RetentionResult.NONE)
                .onFailure()
                .recoverWithItem(failure ->
                        RetentionResult.failed("could not abort incomplete uploads: " + failure.getMessage()));
    }

    private Uni<Integer> abort(String keyPrefix, Predicate<String> keys) {
        return Uni.createFrom()
                .deferred(
                        () -> storage.abortIncomplete(keyPrefix, clock.instant().minus(age), keys));
    }
}
