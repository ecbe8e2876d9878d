package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbFacts;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;

/** Reads backups back from the storage. */
@ApplicationScoped
public class BackupReader {

    private final BackupStorage storage;

    BackupReader(BackupStorage storage) {
        this.storage = storage;
    }

    /** One checked pass over a whole backup; nothing happens before its bytes are subscribed to. */
    public BackupReading open(Backup backup) {
        return new BackupReading(storage, backup);
    }

    /** Reads a backup to its end and keeps nothing of it; fails as {@link BackupReading#bytes} does. */
    public Uni<RdbFacts> verify(BackupReading reading) {
        return reading.bytes().onItem().ignoreAsUni().map(done -> reading.facts()
                .orElseThrow());
    }

    /** A part of a backup, unchecked, in bytes; a connection that breaks is resumed where it broke. */
    public Multi<ByteBuffer> read(Backup backup, long offset, long length) {
        return ResumedRead.of(storage, backup, offset, length);
    }
}
