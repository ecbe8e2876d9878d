package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Finds backups in the storage and reads them, for the commands, the API and restores. */
@ApplicationScoped
public class BackupReader {

    /**
     * Says which backup to use: the one with this name, or else the newest one within these limits.
     *
     * @param node node that has the backup; this node if empty
     * @param before the dump must be older than this time
     * @param maxAge the dump must not be older than this
     * @param orOlder whether to take the next older good backup if the selected one is corrupt; ignored with a name
     */
    public record Selection(
            Optional<String> name,
            Optional<String> node,
            Optional<Instant> before,
            Optional<Duration> maxAge,
            boolean orOlder) {

        /** The newest backup of this node. */
        public static final Selection LATEST =
                new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

        /** This node's backup with this name. */
        public static Selection named(String name) {
            return new Selection(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty(), false);
        }

        /** A copy that selects only backups from before a time. */
        Selection before(Instant time) {
            return new Selection(name, node, Optional.of(time), maxAge, orOlder);
        }

        /** A copy with this value of {@code orOlder}. */
        public Selection orOlder(boolean older) {
            return new Selection(name, node, before, maxAge, older);
        }
    }

    private static final Logger LOG = Logger.getLogger(BackupReader.class);

    /** How far the clocks of Redis and of this process may differ. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(5);

    private final BackupStorage storage;
    private final BackupCatalog own;
    private final Clock clock;
    private final List<String> identities;

    @Inject
    BackupReader(BackupStorage storage, BackupCatalog own, Clock clock, VaultConfig config) {
        this(storage, own, clock, config.restore().ageIdentity().orElse(List.of()));
    }

    /** @param identities age identities that decrypt encrypted backups */
    BackupReader(BackupStorage storage, BackupCatalog own, Clock clock, List<String> identities) {
        this.storage = storage;
        this.own = own;
        this.clock = clock;
        this.identities = identities;
    }

    /**
     * Reads and verifies a whole backup, and returns it with the facts found in its dump. If it is encrypted and there is
     * no identity, its note says what was not checked. Fails with {@link RestoreException.NoBackup}, {@link
     * StorageException}, {@link InvalidDumpException} if it is corrupt, {@link RestoreException} if no identity opens it.
     */
    public Uni<Backup> verify(Selection selection, BackupReading.Listener listener) {
        return select(selection)
                .chain(backup -> {
                    BackupReading reading = open(backup);
                    listener.begins(reading);
                    return reading.read(reading.storedBytes())
                            .onFailure(InvalidDumpException.class)
                            .transform(bad -> bad.ofBackup(backup.name()));
                })
                // Retention may have deleted the selected backup; then there is a newer one.
                .onFailure(StorageException.NotFound.class)
                .retry()
                .atMost(1);
    }

    /** Reads the stored bytes of a whole backup and verifies what can be verified without an identity. */
    public Multi<ByteBuffer> download(Backup backup) {
        return new BackupReading(storage, backup, List.of(), true).storedBytes();
    }

    /** Reads a range of the stored bytes without verifying it. A broken connection is resumed. */
    public Multi<ByteBuffer> read(Backup backup, long offset, long length) {
        return openUnverified(backup).part(offset, length);
    }

    /** A reading that verifies the backup. It starts when its bytes are subscribed to. */
    BackupReading open(Backup backup) {
        return new BackupReading(storage, backup, identities, true);
    }

    /** A reading that decrypts and decompresses the backup, but does not verify it. */
    BackupReading openUnverified(Backup backup) {
        return new BackupReading(storage, backup, identities, false);
    }

    /**
     * Uses the selected backup or, if that is corrupt and the selection allows it, the next older one. Fails with {@link
     * RestoreException.NoBackup}, {@link StorageException}, and {@link RestoreException} if it finds no good one.
     *
     * @param use must fail if the backup is corrupt
     */
    <T> Uni<T> selectGood(Selection selection, Function<Backup, Uni<T>> use) {
        return select(selection).chain(backup -> use.apply(backup)
                .onFailure(RestoreException::isCorrupt)
                .recoverWithUni(failure -> {
                    String corrupt = failure instanceof InvalidDumpException bad
                            ? bad.ofBackup(backup.name()).getMessage()
                            : backup.name() + " is corrupt: " + failure.getMessage();
                    if (!selection.orOlder() || selection.name().isPresent()) {
                        return Uni.createFrom().failure(new RestoreException(corrupt, failure));
                    }
                    LOG.warnf("%s; trying the one before it", corrupt);
                    return selectGood(selection.before(backup.timestamp()), use)
                            .onFailure(RestoreException.NoBackup.class)
                            .transform(none ->
                                    new RestoreException(corrupt + "; before it, " + none.getMessage(), failure));
                }));
    }

    private Uni<Backup> select(Selection selection) {
        BackupCatalog catalog = selection.node().map(own::forNode).orElse(own);
        return selection.name().map(name -> named(name, catalog)).orElseGet(() -> newest(selection, catalog));
    }

    private static Uni<Backup> named(String name, BackupCatalog catalog) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> new RestoreException.NoBackup(
                        "no backup '" + name + "' of node '" + catalog.node()
                                + "': redis-vault list shows this node's backups, --node names another node",
                        false));
    }

    private Uni<Backup> newest(Selection selection, BackupCatalog catalog) {
        Instant present = clock.instant().plus(CLOCK_DIFFERENCE);
        return catalog.newest(1, selection.before().orElse(Instant.MAX))
                .chain(page -> page.backups().stream()
                        .findFirst()
                        .filter(backup -> backup.timestamp().isAfter(present))
                        .map(ahead -> {
                            LOG.warnf(
                                    "passing over %s: its time lies ahead of this machine's clock; to take it, name it",
                                    ahead.name());
                            return catalog.newest(1, present);
                        })
                        .orElse(Uni.createFrom().item(page)))
                .map(newest -> requireYoungEnough(newest.backups(), selection, catalog.node()))
                .chain(backup -> catalog.find(backup.name()));
    }

    private Backup requireYoungEnough(List<Backup> newest, Selection selection, String node) {
        String condition =
                selection.before().map(time -> " from before " + time).orElse("");
        if (newest.isEmpty()) {
            throw new RestoreException.NoBackup(
                    "there is no backup of node '" + node + "'" + condition, condition.isEmpty());
        }
        Backup backup = newest.get(0);
        Duration age = Duration.between(backup.timestamp(), clock.instant());
        selection.maxAge().filter(limit -> age.compareTo(limit) > 0).ifPresent(limit -> {
            throw new RestoreException.NoBackup(
                    "the newest backup of node '%s'%s is too old: %s was written %d s ago, --max-age allows %d s"
                            .formatted(node, condition, backup.name(), age.toSeconds(), limit.toSeconds()),
                    false);
        });
        return backup;
    }
}
