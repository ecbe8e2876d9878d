package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads backups back from the storage. */
@ApplicationScoped
public class BackupReader {

    private final BackupStorage storage;
    private final List<String> identities;

    @Inject
    BackupReader(BackupStorage storage, VaultConfig config) {
        this(storage, config.restore().ageIdentity().orElse(List.of()));
    }

    /** @param identities of age, for backups that are encrypted */
    BackupReader(BackupStorage storage, List<String> identities) {
        this.storage = storage;
        this.identities = identities;
    }

    /** Reads a whole backup and verifies it; nothing happens before its bytes are subscribed to. */
    public BackupReading open(Backup backup) {
        return new BackupReading(storage, backup, identities, true);
    }

    /** Reads a whole backup as it is. */
    BackupReading openUnverified(Backup backup) {
        return new BackupReading(storage, backup, identities, false);
    }

    /** Reads the stored bytes of a whole backup, verified as far as that takes no secret. */
    public Multi<ByteBuffer> download(Backup backup) {
        return new BackupReading(storage, backup, List.of(), true).storedBytes();
    }

    /** Reads a part of the stored bytes, unverified; a connection that breaks is resumed where it broke. */
    public Multi<ByteBuffer> read(Backup backup, long offset, long length) {
        return ResumedRead.of(storage, backup, offset, length);
    }
}
