package io.redisvault.restore;

import io.quarkus.arc.Unremovable;
import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;

/** Reads a backup to its end to find out whether it is good. */
@ApplicationScoped
@Unremovable // Commands look it up.
public class Verification {

    private final BackupSelector selector;
    private final BackupReader reader;

    Verification(BackupSelector selector, BackupReader reader) {
        this.selector = selector;
        this.reader = reader;
    }

    /**
     * The backup with what was found in it. Fails with {@link NoBackupException}, {@link InvalidDumpException} if it is
     * corrupt, and {@link StorageException}.
     *
     * @param begun is told of the reading, to follow it
     */
    public Uni<Backup> run(BackupSelection selection, Consumer<BackupReading> begun) {
        return selector.select(selection)
                .onItem()
                .transformToUni(backup -> {
                    BackupReading reading = reader.open(backup);
                    begun.accept(reading);
                    return reader.verify(reading)
                            .map(backup::withFacts)
                            .onFailure(InvalidDumpException.class)
                            .transform(bad ->
                                    new InvalidDumpException(backup.name() + " is corrupt: " + bad.getMessage()));
                })
                // Retention may have deleted it since it was chosen; then a newer one is there.
                .onFailure(StorageException.NotFound.class)
                .retry()
                .atMost(1);
    }
}
