package io.redisvault.backup;

import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;

/** This node's backups in the storage, and nobody else's. */
@ApplicationScoped
public class BackupCatalog {

    private static final int CONCURRENT_HEADS = 8;

    private final BackupStorage storage;
    private final BackupNaming naming;

    BackupCatalog(BackupStorage storage, BackupNaming naming) {
        this.storage = storage;
        this.naming = naming;
    }

    /** All backups, newest first, without what is known of their content. */
    public Uni<List<Backup>> list() {
        return storage.list(naming.keyPrefix())
                .onItem()
                .transformToIterable(object -> naming.parse(object.key()).map(name -> describe(name, object)).stream()
                        .toList())
                .collect()
                .asList()
                .map(BackupCatalog::newestFirst);
    }

    /** All backups, newest first, each with its metadata: one request more per backup. */
    public Uni<List<Backup>> listWithFacts() {
        return list().onItem()
                .transformToUni(backups -> Multi.createFrom()
                        .iterable(backups)
                        .onItem()
                        .transformToUni(this::withFacts)
                        .merge(CONCURRENT_HEADS)
                        .collect()
                        .asList())
                .map(BackupCatalog::newestFirst);
    }

    private static List<Backup> newestFirst(List<Backup> backups) {
        return backups.stream()
                .sorted(Comparator.comparing(Backup::timestamp).reversed())
                .toList();
    }

    /** Nothing, if the backup was deleted since it was listed. */
    private Uni<Backup> withFacts(Backup backup) {
        return storage.head(backup.key())
                .map(object -> describe(naming.parse(backup.key()).orElseThrow(), object))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    Backup describe(BackupName name, StoredObject object) {
        return new Backup(
                name.name(),
                name.key(),
                storage.url(name.key()),
                naming.node(),
                name.timestamp(),
                object.size(),
                BackupMetadata.rdb(object.metadata()));
    }
}
