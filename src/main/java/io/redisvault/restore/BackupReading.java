package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.backup.StoredForm;
import io.redisvault.codec.AgeDecoder;
import io.redisvault.codec.Codec;
import io.redisvault.codec.Inspection;
import io.redisvault.codec.ZstdDecoder;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbSummary;
import io.redisvault.rdb.RdbVerifier;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredChecksum;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** One pass over one backup, verified on the way. A connection that breaks is resumed where it broke. */
public final class BackupReading {

    /** Follows work that reads backups. */
    public interface Listener {

        /** A reading begins. */
        void begins(BackupReading reading);

        /** Something else begins, as the line says. */
        default void step(String line) {}
    }

    /** Passes bytes on and compares them with the storage's checksum. */
    private record ChecksumCheck(StoredChecksum checksum) implements Codec {

        @Override
        public Iterable<ByteBuffer> next(ByteBuffer chunk) {
            checksum.update(chunk);
            return List.of(chunk);
        }

        @Override
        public Iterable<ByteBuffer> end() {
            checksum.difference().ifPresent(difference -> {
                throw new InvalidDumpException("these are not the bytes that were stored: " + difference);
            });
            return List.of();
        }
    }

    private static final Logger LOG = Logger.getLogger(BackupReading.class);

    /** In a row, without a byte in between; the storages themselves sit out an outage of STORAGE_TIMEOUT. */
    private static final int ATTEMPTS = 3;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /** Chunks that wait to be decrypted or decompressed. */
    private static final int BUFFERED_CHUNKS = 4;

    private static final String SETTING = "RESTORE_AGE_IDENTITY_FILE";

    private final BackupStorage storage;
    private final Backup backup;
    private final StoredForm form;
    private final List<String> identities;
    private final boolean verified;
    private volatile long bytesDone;
    private int attempts;
    private volatile RdbSummary facts;
    /** The storage's, of an encrypted backup that was not decrypted. */
    private volatile Optional<StoredChecksum> checksum = Optional.empty();

    BackupReading(BackupStorage storage, Backup backup, List<String> identities, boolean verified) {
        this.storage = storage;
        this.backup = backup;
        this.form = backup.form();
        this.identities = identities;
        this.verified = verified;
    }

    public Backup backup() {
        return backup;
    }

    /** Number of stored bytes that have arrived. */
    public long bytesDone() {
        return bytesDone;
    }

    /** The backup with what was found in it, once all of it was read and verified. */
    Backup found() {
        if (facts != null) {
            return backup.withFacts(facts);
        }
        return verified && isSealed() ? backup.withNote(whatWasChecked()) : backup;
    }

    /** Takes all of these bytes, {@link #bytes} or {@link #storedBytes}; the backup with what was found in it. */
    Uni<Backup> read(Multi<ByteBuffer> bytes) {
        return bytes.onItem().ignoreAsUni().map(read -> found());
    }

    private String whatWasChecked() {
        return "it is encrypted, and its content was not checked; "
                + checksum.map(StoredChecksum::name)
                        .map(name -> "its length, age's header and the storage's checksum (" + name + ") were")
                        .orElse("its length and age's header were, and the storage has no checksum to compare")
                + "; with " + SETTING + " all of it is";
    }

    private boolean isSealed() {
        return form.isEncrypted() && identities.isEmpty();
    }

    /**
     * The dump, to be subscribed to once, no faster than it is asked for.
     *
     * <p>The last chunk is handed out only after the whole was verified. Fails with {@link InvalidDumpException} if it
     * is bad, or is not what was stored, with {@link RestoreException} if it cannot be decrypted, and with
     * {@link StorageException}.
     */
    public Multi<ByteBuffer> bytes() {
        if (isSealed()) {
            return Multi.createFrom()
                    .failure(new RestoreException(
                            backup.name() + " is encrypted: name the file of its identity with " + SETTING));
        }
        return explained(() -> {
            Multi<ByteBuffer> dump = stored();
            for (Codec codec : codecs()) {
                dump = Codec.apply(() -> codec, dump);
            }
            return dump;
        });
    }

    /**
     * The stored bytes, checked as far as that is possible: without an identity, of an encrypted backup only its form, and
     * the storage's checksum. Otherwise as {@link #bytes}.
     */
    public Multi<ByteBuffer> storedBytes() {
        if (form == StoredForm.PLAIN) {
            return bytes();
        }
        Uni<Optional<StoredChecksum>> asked =
                isSealed() ? storage.checksum(backup.key()) : Uni.createFrom().item(Optional.empty());
        return explained(() -> asked.onItem().transformToMulti(found -> {
            checksum = found;
            List<Codec> codecs = codecs();
            found.ifPresent(sum -> codecs.add(0, new ChecksumCheck(sum)));
            return Codec.apply(() -> new Inspection(codecs, backup.bytes()), stored());
        }));
    }

    private Multi<ByteBuffer> stored() {
        Multi<ByteBuffer> bytes = part(0, backup.bytes());
        // Decrypting and decompressing take time.
        return form == StoredForm.PLAIN ? bytes : bytes.emitOn(Infrastructure.getDefaultWorkerPool(), BUFFERED_CHUNKS);
    }

    /** A part of the stored bytes, unverified, to be subscribed to once. */
    Multi<ByteBuffer> part(long offset, long length) {
        return Multi.createFrom()
                .deferred(() -> storage.read(backup.key(), offset + bytesDone, length - bytesDone))
                .invoke(chunk -> {
                    bytesDone += chunk.remaining();
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
        LOG.debugf("%s broke off after %d bytes, going on there: %s", backup.name(), bytesDone, failure.getMessage());
        return Uni.createFrom().item(attempts).onItem().delayIt().by(FIRST_PAUSE.multipliedBy(1L << attempts));
    }

    /** What makes the stored bytes the dump, and verifies it, as far as that is possible. */
    private List<Codec> codecs() {
        List<Codec> codecs = new ArrayList<>();
        if (form.isEncrypted()) {
            codecs.add(new AgeDecoder(identities));
        }
        if (form.isCompressed() && !isSealed()) {
            codecs.add(ZstdDecoder.bounded(
                    backup.dumpBytes() == null ? OptionalLong.empty() : OptionalLong.of(backup.dumpBytes())));
        }
        if (verified && !isSealed()) {
            Long size = form == StoredForm.PLAIN ? Long.valueOf(backup.bytes()) : backup.dumpBytes();
            codecs.add(new RdbVerifier(size == null ? RdbVerifier.UNKNOWN_SIZE : size, this::keep));
        }
        return codecs;
    }

    private void keep(RdbSummary found) {
        String stored = backup.rdb() == null ? null : backup.rdb().checksum();
        if (stored != null && !stored.equals(found.checksumHex())) {
            throw new InvalidDumpException("this is another dump than was stored: its CRC-64 is %s instead of %s"
                    .formatted(found.checksumHex(), stored));
        }
        facts = found;
    }

    private Multi<ByteBuffer> explained(Supplier<Multi<ByteBuffer>> bytes) {
        return Multi.createFrom()
                .deferred(() -> bytes.get())
                .onFailure(Codec.InvalidDataException.class)
                .transform(damaged -> new InvalidDumpException(damaged.getMessage()))
                .onFailure(AgeDecoder.WrongIdentityException.class)
                .transform(wrong -> new RestoreException(
                        "no identity of " + SETTING + " opens " + backup.name() + ": " + wrong.getMessage()));
    }
}
