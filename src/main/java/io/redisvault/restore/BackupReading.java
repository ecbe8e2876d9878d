package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.backup.StoredForm;
import io.redisvault.codec.AgeDecoder;
import io.redisvault.codec.Codec;
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

/** Reads one backup as a stream and verifies it on the way. A broken connection is resumed where it broke. */
public final class BackupReading {

    /** Follows the steps of a command that reads backups, to show its progress. */
    public interface Listener {

        void begins(BackupReading reading);

        /** Another step begins; the line describes it. */
        default void step(String line) {}
    }

    /** Passes bytes on unchanged, and fails at the end if they do not match the storage's checksum. */
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

    /** Passes chunks on unchanged, and verifies them by sending a copy through a chain of codecs. */
    private static final class Inspection implements Codec {

        private final List<Codec> codecs;
        private final long size;
        private long position;
        private boolean inspected;

        /** @param size size of the stream in bytes: the last chunk passes only after all codecs accepted the whole stream */
        Inspection(List<Codec> codecs, long size) {
            this.codecs = codecs;
            this.size = size;
        }

        @Override
        public Iterable<ByteBuffer> next(ByteBuffer chunk) {
            position += chunk.remaining();
            show(chunk.duplicate(), 0);
            if (position == size) {
                finish();
            }
            return List.of(chunk);
        }

        private void finish() {
            inspected = true;
            for (int codec = 0; codec < codecs.size(); codec++) {
                for (ByteBuffer piece : codecs.get(codec).end()) {
                    show(piece, codec + 1);
                }
            }
        }

        private void show(ByteBuffer chunk, int codec) {
            if (codec < codecs.size()) {
                for (ByteBuffer piece : codecs.get(codec).next(chunk)) {
                    show(piece, codec + 1);
                }
            }
        }

        @Override
        public Iterable<ByteBuffer> end() {
            if (!inspected) {
                // The stream ended early, or has no bytes at all.
                finish();
            }
            return List.of();
        }

        @Override
        public void close() {
            codecs.forEach(Codec::close);
        }
    }

    private static final Logger LOG = Logger.getLogger(BackupReading.class);

    /** Limit of attempts in a row that bring no byte. Each storage itself retries for STORAGE_TIMEOUT. */
    private static final int ATTEMPTS = 3;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /** Limit of the chunks that wait to be decrypted or decompressed. */
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
    /** The storage's checksum; only asked for if the backup is encrypted and there is no identity. */
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

    /** The backup with the facts found in its dump; call it after all bytes were read. */
    Backup found() {
        if (facts != null) {
            return backup.withFacts(facts);
        }
        return verified && isSealed() ? backup.withNote(whatWasChecked()) : backup;
    }

    /** Reads all of {@link #bytes} or {@link #storedBytes} and drops them; returns {@link #found}. */
    Uni<Backup> read(Multi<ByteBuffer> bytes) {
        return bytes.onItem().ignoreAsUni().map(read -> found());
    }

    private String whatWasChecked() {
        return "it is encrypted, so that only its length"
                + checksum.map(StoredChecksum::name)
                        .map(name -> ", age's header and the storage's checksum (" + name + ") were checked")
                        .orElse(" and age's header were checked; the storage has no checksum of it")
                + "; set " + SETTING + " to check its content";
    }

    private boolean isSealed() {
        return form.isEncrypted() && identities.isEmpty();
    }

    /**
     * The dump, with backpressure; subscribe once.
     *
     * <p>The last chunk comes only after the whole dump was verified. Fails with {@link InvalidDumpException} if the dump
     * is corrupt or is not the one that was stored, {@link RestoreException} if it cannot be decrypted, and
     * {@link StorageException}.
     */
    public Multi<ByteBuffer> bytes() {
        if (isSealed()) {
            return Multi.createFrom()
                    .failure(new RestoreException(
                            backup.name() + " is encrypted: name the file of its identity with " + SETTING));
        }
        return explainFailures(() -> {
            Multi<ByteBuffer> dump = stored();
            for (Codec codec : codecs()) {
                dump = Codec.apply(() -> codec, dump);
            }
            return dump;
        });
    }

    /**
     * The stored bytes, verified like {@link #bytes}. If the backup is encrypted and there is no identity, only age's
     * format, the length and the storage's checksum are checked.
     */
    public Multi<ByteBuffer> storedBytes() {
        if (form == StoredForm.PLAIN) {
            return bytes();
        }
        Uni<Optional<StoredChecksum>> asked =
                isSealed() ? storage.checksum(backup.key()) : Uni.createFrom().item(Optional.empty());
        return explainFailures(() -> asked.onItem().transformToMulti(found -> {
            checksum = found;
            List<Codec> codecs = codecs();
            found.ifPresent(sum -> codecs.add(0, new ChecksumCheck(sum)));
            return Codec.apply(() -> new Inspection(codecs, backup.bytes()), stored());
        }));
    }

    private Multi<ByteBuffer> stored() {
        Multi<ByteBuffer> bytes = part(0, backup.bytes());
        // Decrypting and decompressing would block the event loop.
        return form == StoredForm.PLAIN ? bytes : bytes.emitOn(Infrastructure.getDefaultWorkerPool(), BUFFERED_CHUNKS);
    }

    /** A range of the stored bytes, unverified; subscribe once. */
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

    /** The codecs that decrypt, decompress and verify, in this order. Without an identity, they only check age's format. */
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
            codecs.add(new RdbVerifier(size == null ? RdbVerifier.UNKNOWN_SIZE : size, this::checkSummary));
        }
        return codecs;
    }

    private void checkSummary(RdbSummary found) {
        String stored = backup.rdb() == null ? null : backup.rdb().checksum();
        if (stored != null && !stored.equals(found.checksumHex())) {
            throw new InvalidDumpException("this is another dump than was stored: its CRC-64 is %s instead of %s"
                    .formatted(found.checksumHex(), stored));
        }
        facts = found;
    }

    private Multi<ByteBuffer> explainFailures(Supplier<Multi<ByteBuffer>> bytes) {
        return Multi.createFrom()
                .deferred(() -> bytes.get())
                .onFailure(Codec.InvalidDataException.class)
                .transform(damaged -> new InvalidDumpException(damaged.getMessage()))
                .onFailure(AgeDecoder.WrongIdentityException.class)
                .transform(wrong -> new RestoreException(
                        "no identity of " + SETTING + " opens " + backup.name() + ": " + wrong.getMessage()));
    }
}
