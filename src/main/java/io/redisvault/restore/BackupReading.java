package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbFacts;
import io.redisvault.rdb.RdbVerifier;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Optional;

/** One pass over one backup, checked on the way. */
public final class BackupReading {

    private final BackupStorage storage;
    private final Backup backup;
    private volatile long bytesDone;
    private volatile RdbFacts facts;

    BackupReading(BackupStorage storage, Backup backup) {
        this.storage = storage;
        this.backup = backup;
    }

    public Backup backup() {
        return backup;
    }

    /** How many bytes have arrived. */
    public long bytesDone() {
        return bytesDone;
    }

    /** What the dump says of itself; empty until all of it was found good. */
    public Optional<RdbFacts> facts() {
        return Optional.ofNullable(facts);
    }

    /**
     * The bytes, to be subscribed to once, no faster than they are asked for. A connection that breaks is resumed where it
     * broke.
     *
     * <p>The last chunk is handed out only after the whole was found good. Fails with {@link InvalidDumpException} if it
     * is bad, or is not what was stored, and with {@link io.redisvault.storage.StorageException}.
     */
    public Multi<ByteBuffer> bytes() {
        RdbVerifier verifier = new RdbVerifier(backup.bytes());
        return verifier.check(ResumedRead.of(storage, backup, 0, backup.bytes()))
                .onItem()
                .invoke(chunk -> {
                    bytesDone += chunk.remaining();
                    if (bytesDone == backup.bytes()) {
                        facts = finish(verifier);
                    }
                })
                .onCompletion()
                .invoke(() -> {
                    // Of an empty object no chunk arrives.
                    if (facts == null) {
                        facts = finish(verifier);
                    }
                });
    }

    private RdbFacts finish(RdbVerifier verifier) {
        RdbFacts found = verifier.facts();
        String stored = backup.rdb() == null ? null : backup.rdb().checksum();
        if (stored != null && !stored.equals(found.checksumHex())) {
            throw new InvalidDumpException("this is another dump than was stored: its CRC-64 is %s instead of %s"
                    .formatted(found.checksumHex(), stored));
        }
        return found;
    }
}
