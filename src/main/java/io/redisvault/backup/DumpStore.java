package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Puts an opened dump into the storage under the first name that is free, unless it is there already. */
@ApplicationScoped
class DumpStore {

    /** The backup that holds the dump; new, unless it was there before. */
    record Result(Backup backup, boolean isNew) {}

    private final BackupStorage storage;
    private final BackupNaming naming;
    private final BackupCatalog catalog;
    private final Identity self;
    private final Clock clock;
    private final Optional<Long> rateLimit;

    DumpStore(
            BackupStorage storage,
            BackupNaming naming,
            BackupCatalog catalog,
            Identity self,
            Clock clock,
            VaultConfig config) {
        this.self = self;
        this.clock = clock;
        this.storage = storage;
        this.naming = naming;
        this.catalog = catalog;
        this.rateLimit = config.backup().rateLimit();
    }

    Uni<Result> store(DumpFile dump, RunningBackup cycle) {
        return store(dump, cycle, naming.candidates(dump.modified()));
    }

    private Uni<Result> store(DumpFile dump, RunningBackup cycle, List<BackupName> names) {
        BackupName name = names.get(0);
        List<BackupName> others = names.subList(1, names.size());
        return find(name)
                .onItem()
                .transformToUni(found -> found.isPresent()
                        ? compare(dump, cycle, name, found.get(), others)
                        : put(dump, cycle, name)
                                .onFailure(StorageException.AlreadyExists.class)
                                .recoverWithUni(() -> storage.head(name.key())
                                        .onItem()
                                        .transformToUni(object -> compare(dump, cycle, name, object, others))));
    }

    private Uni<Optional<StoredObject>> find(BackupName name) {
        return storage.head(name.key())
                .map(Optional::of)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(Optional.empty());
    }

    private Uni<Result> put(DumpFile dump, RunningBackup cycle, BackupName name) {
        Multi<ByteBuffer> bytes = dump.read(0, dump.size());
        Multi<ByteBuffer> limited =
                rateLimit.map(RateLimit::new).map(limit -> limit.shape(bytes)).orElse(bytes);
        Content content = new Content(cycle.track(limited, dump.size()), OptionalLong.of(dump.size()));
        Map<String, String> metadata = BackupMetadata.of(dump, cycle, self, clock.instant());
        return storage.put(name.key(), content, metadata)
                .map(object -> new Result(catalog.describe(name, object), true));
    }

    private Uni<Result> compare(
            DumpFile dump, RunningBackup cycle, BackupName name, StoredObject found, List<BackupName> others) {
        return holds(found, dump).onItem().transformToUni(same -> {
            if (same) {
                return Uni.createFrom().item(new Result(catalog.describe(name, found), false));
            }
            return others.isEmpty()
                    ? Uni.createFrom()
                            .failure(new StorageException.AlreadyExists(
                                    storage.url(name.key()) + " exists and holds something else", null))
                    : store(dump, cycle, others);
        });
    }

    /** The original stored no facts: there the footer of the object itself is compared. */
    private Uni<Boolean> holds(StoredObject object, DumpFile dump) {
        if (object.size() != dump.size()) {
            return Uni.createFrom().item(false);
        }
        if (BackupMetadata.recorded(object.metadata()) || dump.footer() == 0) {
            return Uni.createFrom().item(BackupMetadata.describe(object.metadata(), dump));
        }
        return storage.read(object.key(), object.size() - Long.BYTES, Long.BYTES)
                .collect()
                .in(ByteArrayOutputStream::new, (bytes, chunk) -> {
                    while (chunk.hasRemaining()) {
                        bytes.write(chunk.get());
                    }
                })
                .map(bytes -> ByteBuffer.wrap(bytes.toByteArray())
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        == dump.footer());
    }
}
