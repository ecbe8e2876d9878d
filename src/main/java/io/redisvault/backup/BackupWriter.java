package io.redisvault.backup;

import io.redisvault.rdb.DumpFile;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
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

    /** A backup and what is known of its object. */
    private record Found(BackupName name, StoredObject object) {}

    /** @param upload stores the dump under a name of this form, and fails if it is taken */
    Uni<Result> write(DumpFile dump, StoredForm form, Function<BackupName, Uni<StoredObject>> upload) {
        List<BackupName> names = naming.candidates(dump.modified(), form);
        return write(dump, names.get(0), false, upload)
                .onFailure(StorageException.AlreadyExists.class)
                .recoverWithUni(() -> write(dump, names.get(1), true, upload));
    }

    /** @param exact true if the name tells the time of the dump exactly */
    private Uni<Result> write(
            DumpFile dump, BackupName name, boolean exact, Function<BackupName, Uni<StoredObject>> upload) {
        return find(name)
                .chain(found -> found.isPresent()
                        ? compare(dump, found.get(), exact)
                        : upload.apply(name)
                                .map(object -> new Result(catalog.describe(name, object), true))
                                // Somebody else has stored it since.
                                .onFailure(StorageException.AlreadyExists.class)
                                .recoverWithUni(() -> storage.head(name.key())
                                        .chain(object -> compare(dump, new Found(name, object), exact))));
    }

    /** The first object that has this name, with the suffix of any form. */
    private Uni<Optional<Found>> find(BackupName name) {
        return Multi.createFrom()
                .iterable(naming.inEachForm(name))
                .onItem()
                .transformToUniAndConcatenate(each -> storage.head(each.key())
                        .map(object -> Optional.of(new Found(each, object)))
                        .onFailure(StorageException.NotFound.class)
                        .recoverWithItem(Optional.empty()))
                .filter(Optional::isPresent)
                .collect()
                .first()
                .map(found -> found == null ? Optional.empty() : found);
    }

    private Uni<Result> compare(DumpFile dump, Found found, boolean exact) {
        return holds(found, dump, exact).map(same -> {
            if (same) {
                return new Result(catalog.describe(found.name(), found.object()), false);
            }
            throw new StorageException.AlreadyExists(
                    storage.url(found.name().key()) + " exists and holds something else", null);
        });
    }

    /**
     * Backups of the Rust version have no metadata: of these the footer is compared. Where the storage keeps none, of one that
     * is compressed or encrypted only the exact time in its name tells.
     */
    private Uni<Boolean> holds(Found found, DumpFile dump, boolean sameTime) {
        StoredObject object = found.object();
        boolean recorded = BackupMetadata.recorded(object.metadata());
        boolean plain = StoredForm.of(object.key()) == StoredForm.PLAIN;
        if (!plain && !recorded) {
            return Uni.createFrom().item(sameTime);
        }
        if (BackupMetadata.dumpBytes(object).orElse(-1) != dump.size()) {
            return Uni.createFrom().item(false);
        }
        if (recorded || !dump.endsWithChecksum()) {
            return Uni.createFrom().item(BackupMetadata.describe(object.metadata(), dump));
        }
        return storage.read(object.key(), object.size() - Long.BYTES, Long.BYTES)
                .collect()
                .in(() -> ByteBuffer.allocate(Long.BYTES), ByteBuffer::put)
                .map(bytes -> bytes.flip().order(ByteOrder.LITTLE_ENDIAN).getLong() == dump.footer());
    }
}
