package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The bytes of a backup, from where they broke off whenever they do. */
final class ResumedRead {

    private static final Logger LOG = Logger.getLogger(ResumedRead.class);

    /** In a row, without a byte in between; the storages themselves sit out an outage of STORAGE_TIMEOUT. */
    private static final int ATTEMPTS = 3;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final BackupStorage storage;
    private final Backup backup;
    private final long end;

    // One subscription at a time sees these.
    private long position;
    private int attempts;

    private ResumedRead(BackupStorage storage, Backup backup, long offset, long length) {
        this.storage = storage;
        this.backup = backup;
        this.position = offset;
        this.end = offset + length;
    }

    static Multi<ByteBuffer> of(BackupStorage storage, Backup backup, long offset, long length) {
        return Multi.createFrom().deferred(() -> new ResumedRead(storage, backup, offset, length).bytes());
    }

    private Multi<ByteBuffer> bytes() {
        return Multi.createFrom()
                .deferred(() -> storage.read(backup.key(), position, end - position))
                .onItem()
                .invoke(chunk -> {
                    position += chunk.remaining();
                    attempts = 0;
                })
                .onFailure(StorageException.Unavailable.class)
                .retry()
                .when(failures -> failures.onItem().transformToUniAndConcatenate(this::pause));
    }

    private Uni<Integer> pause(Throwable failure) {
        if (++attempts >= ATTEMPTS) {
            return Uni.createFrom().failure(failure);
        }
        LOG.debugf("%s broke off at byte %d, going on there: %s", backup.name(), position, failure.getMessage());
        return Uni.createFrom().item(attempts).onItem().delayIt().by(FIRST_PAUSE.multipliedBy(1L << attempts));
    }
}
