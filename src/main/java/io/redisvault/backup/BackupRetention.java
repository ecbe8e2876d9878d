package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Deletion;
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

/** Deletes those of this node's backups that the policy lets go, and what interrupted uploads left. */
@ApplicationScoped
class BackupRetention {

    private static final Duration TOLERANCE = Duration.ofDays(1);

    private final BackupStorage storage;
    private final BackupCatalog catalog;
    private final IncompleteUploads incomplete;
    private final NodeNameConflict rivals;
    private final RetentionPolicy policy;
    private final Clock clock;

    BackupRetention(
            BackupStorage storage,
            BackupCatalog catalog,
            IncompleteUploads incomplete,
            NodeNameConflict rivals,
            VaultConfig config,
            Clock clock) {
        this.storage = storage;
        this.catalog = catalog;
        this.incomplete = incomplete;
        this.rivals = rivals;
        this.policy = new RetentionPolicy(
                config.retention().keepLast(), config.retention().keepDuration());
        this.clock = clock;
    }

    /**
     * Never fails: what could not be done is in the result, and done by a later run.
     *
     * @param current the backup of the present dump, which stays even if others are newer: the next run would only
     *     store it again
     */
    Uni<RetentionResult> run(Backup current) {
        return deleteExpired(current)
                .onItem()
                .transformToUni(cleanup -> incomplete.abort(current.key()).map(cleanup::and));
    }

    private Uni<RetentionResult> deleteExpired(Backup current) {
        return Uni.createFrom()
                .deferred(() -> {
                    Newest<BackupName> newest = rivals.newest();
                    return expired(newest)
                            .call(() -> rivals.look(newest.newestFirst()))
                            .map(keys -> keys.stream()
                                    .filter(key -> !key.equals(current.key()))
                                    .toList());
                })
                .chain(expired ->
                        expired.isEmpty() ? Uni.createFrom().item(RetentionResult.NONE) : deleteByTime(expired))
                .onFailure()
                .recoverWithItem(
                        failure -> RetentionResult.failed("could not list the backups: " + failure.getMessage()));
    }

    /** The keys alone: the first run under a new policy may find very many. */
    private Uni<List<String>> expired(Newest<BackupName> newest) {
        Instant now = clock.instant();
        Function<BackupName, Optional<BackupName>> expiry = policy.expiry(BackupName::timestamp, now);
        return catalog.names()
                // Of a clock that was wrong: they must not take the places of those that come.
                .filter(name -> !name.timestamp().isAfter(now))
                .invoke(newest::add)
                .onItem()
                .transformToIterable(
                        name -> expiry.apply(name).map(BackupName::key).stream().toList())
                .collect()
                .asList();
    }

    /** A clock that is wrong makes every backup too old: the storage's must agree before anything goes. */
    private Uni<RetentionResult> deleteByTime(List<String> expired) {
        return storage.clock().chain(theirs -> {
            Instant ours = clock.instant();
            boolean agree = theirs.map(
                            time -> Duration.between(time, ours).abs().compareTo(TOLERANCE) < 0)
                    .orElse(true);
            return agree
                    ? delete(expired)
                    : Uni.createFrom()
                            .item(RetentionResult.failed("nothing was deleted: this machine's clock says " + ours
                                    + ", the storage's " + theirs.get() + "; set the clock by NTP"));
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
}
