package io.redisvault.backup;

import io.redisvault.backup.BackupNaming.BackupName;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.RetentionPolicy.Newest;
import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorage.Deletion;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Deletes this node's expired backups and aborts its incomplete uploads, after each good run. */
@ApplicationScoped
class BackupRetention {

    private static final Logger LOG = Logger.getLogger(BackupRetention.class);
    private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

    private final BackupStorage storage;
    private final BackupCatalog catalog;
    private final BackupNaming naming;
    private final NodeNameConflict conflict;
    private final RetentionPolicy policy;
    private final Duration incompleteAge;
    private final Clock clock;

    BackupRetention(
            BackupStorage storage,
            BackupCatalog catalog,
            BackupNaming naming,
            NodeNameConflict conflict,
            VaultConfig config,
            Clock clock) {
        this.storage = storage;
        this.catalog = catalog;
        this.naming = naming;
        this.conflict = conflict;
        this.policy = new RetentionPolicy(
                config.retention().keepLast(), config.retention().keepDuration());
        this.incompleteAge = config.backup().unfinishedAge();
        this.clock = clock;
    }

    /**
     * Runs retention once. Never fails: failures are in the result, and the next run tries again.
     *
     * @param current the backup of the current dump. It is kept even if it has expired: the next run would only store
     *     it again
     */
    Uni<RetentionResult> run(Backup current) {
        return deleteExpired(current).chain(result -> abortIncomplete(current.key())
                .replaceWith(result)
                .onFailure()
                .recoverWithItem(
                        failure -> result.withFailure("could not abort incomplete uploads: " + failure.getMessage())));
    }

    private Uni<RetentionResult> deleteExpired(Backup current) {
        Instant now = clock.instant();
        Newest<BackupName> newest = new Newest<>(NodeNameConflict.NEWEST, BackupName::timestamp);
        Function<BackupName, Optional<BackupName>> expiry = policy.expiry(BackupName::timestamp, now);
        return catalog.names()
                // Ignore backups from the future (a clock was wrong): they would take the places of new backups.
                .filter(name -> !name.timestamp().isAfter(now))
                .invoke(newest::add)
                .onItem()
                // Keep only the keys in memory: the first run under a new policy may find very many.
                .transformToIterable(
                        name -> expiry.apply(name).map(BackupName::key).stream().toList())
                .filter(key -> !key.equals(current.key()))
                .collect()
                .asList()
                .call(() -> conflict.look(newest.newestFirst()))
                .chain(expired ->
                        expired.isEmpty() ? Uni.createFrom().item(RetentionResult.NONE) : deleteByTime(expired))
                .onFailure()
                .recoverWithItem(failure ->
                        RetentionResult.NONE.withFailure("could not list the backups: " + failure.getMessage()));
    }

    /** Deletes only if our clock is within a day of the storage's: a wrong clock could make every backup expire. */
    private Uni<RetentionResult> deleteByTime(List<String> expired) {
        return storage.clock().chain(theirs -> {
            Instant ours = clock.instant();
            boolean agree = theirs.map(
                            time -> Duration.between(time, ours).abs().compareTo(CLOCK_TOLERANCE) < 0)
                    .orElse(true);
            return agree
                    ? delete(expired)
                    : Uni.createFrom()
                            .item(RetentionResult.NONE.withFailure("nothing was deleted: this machine's clock says "
                                    + ours + ", the storage's " + theirs.get() + "; set the clock by NTP"));
        });
    }

    private Uni<RetentionResult> delete(List<String> expired) {
        return storage.delete(expired).collect().asList().map(deletions -> {
            List<String> deleted = new ArrayList<>();
            List<String> locked = new ArrayList<>();
            List<String> failures = new ArrayList<>();
            deletions.stream().sorted(Comparator.comparing(Deletion::key)).forEach(deletion -> {
                String name = deletion.key().substring(deletion.key().lastIndexOf('/') + 1);
                if (deletion.succeeded()) {
                    deleted.add(name);
                } else if (deletion.failure().orElseThrow() instanceof StorageException.Locked) {
                    locked.add(name);
                } else {
                    failures.add(name + ": " + deletion.failure().orElseThrow().getMessage());
                }
            });
            return new RetentionResult(deleted, locked, failures);
        });
    }

    /**
     * Aborts incomplete uploads of earlier processes of this node: not listed, but billed.
     *
     * @param key key of the current dump; a process that was killed may have left an upload of it
     */
    private Uni<Integer> abortIncomplete(String key) {
        return abortIncomplete(naming.keyPrefix(), any -> naming.parse(any).isPresent())
                // MinIO lists incomplete uploads only for an exact key, not for a prefix.
                .chain(found -> abortIncomplete(key, key::equals).map(more -> found + more))
                .invoke(aborted -> {
                    if (aborted > 0) {
                        LOG.infof("aborted incomplete uploads: %d", aborted);
                    }
                });
    }

    private Uni<Integer> abortIncomplete(String keyPrefix, Predicate<String> keys) {
        return Uni.createFrom()
                .deferred(
                        () -> storage.abortIncomplete(keyPrefix, clock.instant().minus(incompleteAge), keys));
    }
}
