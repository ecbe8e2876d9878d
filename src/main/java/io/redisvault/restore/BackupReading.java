package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbSummary;
import io.redisvault.rdb.RdbVerifier;
import io.redisvault.storage.BackupStorage;
import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;

/** One pass over one backup, verified on the way. */
public final class BackupReading {

    private final BackupStorage storage;
    private final Backup backup;
    private final boolean verified;
    private volatile long bytesDone;
    private volatile RdbSummary facts;

    BackupReading(BackupStorage storage, Backup backup, boolean verified) {
        this.storage = storage;
        this.backup = backup;
        this.verified = verified;
    }

    public Backup backup() {
        return backup;
    }

    /** Number of bytes that have arrived. */
    public long bytesDone() {
        return bytesDone;
    }

    /** The backup with what was found in it, once all of it was read and verified. */
    Backup found() {
        return facts == null ? backup : backup.withFacts(facts);
    }

    /**
     * The bytes, to be subscribed to once, no faster than they are asked for. A connection that breaks is resumed where it
     * broke.
     *
     * <p>The last chunk is handed out only after the whole was verified. Fails with {@link InvalidDumpException} if it
     * is bad, or is not what was stored, and with {@link io.redisvault.storage.StorageException}.
     */
    public Multi<ByteBuffer> bytes() {
        Multi<ByteBuffer> read = ResumedRead.of(storage, backup, 0, backup.bytes());
        return (verified ? verify(read) : read).onItem().invoke(chunk -> bytesDone += chunk.remaining());
    }

    private Multi<ByteBuffer> verify(Multi<ByteBuffer> read) {
        RdbVerifier verifier = new RdbVerifier(backup.bytes());
        return verifier.check(read).onItem().invoke(chunk -> {
            if (bytesDone + chunk.remaining() == backup.bytes()) {
                facts = requireStored(verifier.facts());
            }
        });
    }

    private RdbSummary requireStored(RdbSummary found) {
        String stored = backup.rdb() == null ? null : backup.rdb().checksum();
        if (stored != null && !stored.equals(found.checksumHex())) {
            throw new InvalidDumpException("this is another dump than was stored: its CRC-64 is %s instead of %s"
                    .formatted(found.checksumHex(), stored));
        }
        return found;
    }
}
