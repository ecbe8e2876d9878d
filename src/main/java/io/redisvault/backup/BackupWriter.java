package io.redisvault.backup;

import io.redisvault.backup.BackupNaming.BackupName;
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

/** Stores a dump under the first of its two names that is free. Uploads nothing if the dump is already stored. */
@ApplicationScoped
class BackupWriter {

    /** @param isNew whether this run stored it; false if it was stored before */
    record Result(Backup backup, boolean isNew) {}

    private final BackupStorage storage;
    private final BackupNaming naming;
    private final BackupCatalog catalog;

    BackupWriter(BackupStorage storage, BackupNaming naming, BackupCatalog catalog) {
        this.storage = storage;
        this.naming = naming;
        this.catalog = catalog;
    }

    private record Found(BackupName name, StoredObject object) {}

    /** @param upload stores the dump under a name; fails with {@link StorageException.AlreadyExists} if it is taken */
    Uni<Result> write(DumpFile dump, StoredForm form, Function<BackupName, Uni<StoredObject>> upload) {
        List<BackupName> names = naming.candidates(dump.modified(), form);
        return write(dump, names.get(0), false, upload)
                .onFailure(StorageException.AlreadyExists.class)
                .recoverWithUni(() -> write(dump, names.get(1), true, upload));
    }

    /** @param exact whether the name has the exact time of the dump, not just the second */
    private Uni<Result> write(
            DumpFile dump, BackupName name, boolean exact, Function<BackupName, Uni<StoredObject>> upload) {
        return find(name)
                .chain(found -> found.isPresent()
                        ? compare(dump, found.get(), exact)
                        : upload.apply(name)
                                .map(object -> new Result(catalog.describe(name, object), true))
                                // Another process took the name since we looked.
                                .onFailure(StorageException.AlreadyExists.class)
                                .recoverWithUni(() -> storage.head(name.key())
                                        .chain(object -> compare(dump, new Found(name, object), exact))));
    }

    /** The first object with this name and the suffix of any form. */
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
     * True if the object holds this dump. Compares the metadata, if there is any. Without metadata (backups of the
     * Rust version, or a storage that keeps none), compares the footer of a plain object; a compressed or encrypted
     * one counts as the same dump only if its name has the exact time.
     */
    private Uni<Boolean> holds(Found found, DumpFile dump, boolean exactName) {
        StoredObject object = found.object();
        boolean recorded = BackupMetadata.recorded(object.metadata());
        boolean plain = StoredForm.of(object.key()) == StoredForm.PLAIN;
        if (!plain && !recorded) {
            return Uni.createFrom().item(exactName);
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
