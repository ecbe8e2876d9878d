package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.retention.RetentionPolicy;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Deletion;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Deletes those of this node's backups that the policy lets go, and what interrupted uploads left. */
@ApplicationScoped
class BackupRetention {

    private final BackupStorage storage;
    private final BackupCatalog catalog;
    private final UnfinishedUploads unfinished;
    private final Rivals rivals;
    private final RetentionPolicy policy;
    private final Clock clock;

    BackupRetention(
            BackupStorage storage,
            BackupCatalog catalog,
            UnfinishedUploads unfinished,
            Rivals rivals,
            VaultConfig config,
            Clock clock) {
        this.storage = storage;
        this.catalog = catalog;
        this.unfinished = unfinished;
        this.rivals = rivals;
        this.policy = new RetentionPolicy(
                config.retention().keepLast(), config.retention().keepDuration());
        this.clock = clock;
    }

    /**
     * Never fails: what could not be done is in the result, and done by a later cycle.
     *
     * @param current the backup of the present dump, which stays even if others are newer: the next cycle would only
     *     store it again
     */
    Uni<Cleanup> run(Backup current) {
        return deleteExpired(current)
                .onItem()
                .transformToUni(cleanup -> unfinished.remove().map(cleanup::and));
    }

    private Uni<Cleanup> deleteExpired(Backup current) {
        return catalog.list()
                .onItem()
                .transformToUni(backups -> rivals.look(backups).replaceWith(backups))
                .map(backups -> policy.expired(backups, Backup::timestamp, clock.instant()).stream()
                        .filter(backup -> !backup.key().equals(current.key()))
                        .toList())
                .onItem()
                .transformToUni(this::delete)
                .onFailure()
                .recoverWithItem(failure -> Cleanup.failed("could not list the backups: " + failure.getMessage()));
    }

    private Uni<Cleanup> delete(List<Backup> expired) {
        Map<String, String> names = expired.stream().collect(Collectors.toMap(Backup::key, Backup::name));
        return storage.delete(names.keySet()).collect().asList().map(deletions -> deletions.stream()
                .sorted(Comparator.comparing(Deletion::key))
                .map(deletion -> cleanup(names.get(deletion.key()), deletion))
                .reduce(Cleanup.NONE, Cleanup::and));
    }

    private static Cleanup cleanup(String name, Deletion deletion) {
        if (deletion.succeeded()) {
            return new Cleanup(List.of(name), List.of(), List.of());
        }
        StorageException failure = deletion.failure().orElseThrow();
        return failure instanceof StorageException.Locked
                ? new Cleanup(List.of(), List.of(name), List.of())
                : Cleanup.failed(name + ": " + failure.getMessage());
    }
}
