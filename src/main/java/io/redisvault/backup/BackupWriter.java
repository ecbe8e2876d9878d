package io.redisvault.backup;

import io.redisvault.rdb.DumpFile;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Stores a dump under the first of its names that is free, unless it is stored already. */
@ApplicationScoped
class BackupWriter {

    /** The backup that holds the dump; new, unless it was there before. */
    record Result(Backup backup, boolean isNew) {}

    private final BackupStorage storage;
    private final BackupNaming naming;
    private final BackupCatalog catalog;

    BackupWriter(BackupStorage storage, BackupNaming naming, BackupCatalog catalog) {
        this.storage = storage;
        this.naming = naming;
        this.catalog = catalog;
    }

    /** @param upload stores the dump under a name, and fails if it is taken */
    Uni<Result> write(DumpFile dump, Function<BackupName, Uni<StoredObject>> upload) {
        return write(dump, upload, naming.candidates(dump.modified()));
    }

    private Uni<Result> write(DumpFile dump, Function<BackupName, Uni<StoredObject>> upload, List<BackupName> names) {
        BackupName name = names.get(0);
        return find(name)
                .chain(found -> found.isPresent()
                        ? compare(dump, upload, names, found.get())
                        : upload.apply(name)
                                .map(object -> new Result(catalog.describe(name, object), true))
                                // Somebody else has stored it since.
                                .onFailure(StorageException.AlreadyExists.class)
                                .recoverWithUni(() -> storage.head(name.key())
                                        .chain(object -> compare(dump, upload, names, object))));
    }

    private Uni<Optional<StoredObject>> find(BackupName name) {
        return storage.head(name.key())
                .map(Optional::of)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(Optional.empty());
    }

    private Uni<Result> compare(
            DumpFile dump, Function<BackupName, Uni<StoredObject>> upload, List<BackupName> names, StoredObject found) {
        BackupName name = names.get(0);
        return holds(found, dump).chain(same -> {
            if (same) {
                return Uni.createFrom().item(new Result(catalog.describe(name, found), false));
            }
            return names.size() > 1
                    ? write(dump, upload, names.subList(1, names.size()))
                    : Uni.createFrom()
                            .failure(new StorageException.AlreadyExists(
                                    storage.url(name.key()) + " exists and holds something else", null));
        });
    }

    /** Backups of the Rust version have no metadata: of these the footer is compared. */
    private Uni<Boolean> holds(StoredObject object, DumpFile dump) {
        if (object.size() != dump.size()) {
            return Uni.createFrom().item(false);
        }
        if (BackupMetadata.recorded(object.metadata()) || dump.footer() == 0) {
            return Uni.createFrom().item(BackupMetadata.describe(object.metadata(), dump));
        }
        return storage.read(object.key(), object.size() - Long.BYTES, Long.BYTES)
                .collect()
                .in(() -> ByteBuffer.allocate(Long.BYTES), ByteBuffer::put)
                .map(bytes -> bytes.flip().order(ByteOrder.LITTLE_ENDIAN).getLong() == dump.footer());
    }
}
