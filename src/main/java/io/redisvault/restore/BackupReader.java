package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;

/** Reads backups back from the storage. */
@ApplicationScoped
public class BackupReader {

    private final BackupStorage storage;

    BackupReader(BackupStorage storage) {
        this.storage = storage;
    }

    /** Reads a whole backup and verifies it; nothing happens before its bytes are subscribed to. */
    public BackupReading open(Backup backup) {
        return new BackupReading(storage, backup, true);
    }

    /** Reads a whole backup as it is. */
    BackupReading openUnverified(Backup backup) {
        return new BackupReading(storage, backup, false);
    }

    /** Reads a part of a backup, unverified, in bytes; a connection that breaks is resumed where it broke. */
    public Multi<ByteBuffer> read(Backup backup, long offset, long length) {
        return ResumedRead.of(storage, backup, offset, length);
    }
}
