package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;

/** Reads a backup back to its last byte and verifies it. */
@ApplicationScoped
public class Verification {

    private final BackupSelector selector;
    private final BackupReader reader;

    Verification(BackupSelector selector, BackupReader reader) {
        this.selector = selector;
        this.reader = reader;
    }

    /**
     * The backup with what was found in it. Fails with {@link NoBackupException}, {@link InvalidDumpException} if it is
     * corrupt, {@link RestoreException} if no identity opens it, and {@link StorageException}. Of an encrypted backup without
     * an identity, a note says what was not checked.
     *
     * @param begun gets the reading, to follow it
     */
    public Uni<Backup> run(BackupSelection selection, Consumer<BackupReading> begun) {
        return selector.select(selection)
                .chain(backup -> {
                    BackupReading reading = reader.open(backup);
                    begun.accept(reading);
                    return reading.storedBytes()
                            .onItem()
                            .ignoreAsUni()
                            .map(read -> reading.found())
                            .onFailure(InvalidDumpException.class)
                            .transform(bad -> bad.ofBackup(backup.name()));
                })
                // Retention may have deleted it since it was chosen; then a newer one is there.
                .onFailure(StorageException.NotFound.class)
                .retry()
                .atMost(1);
    }
}
