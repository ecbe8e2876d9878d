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
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Finds backups in the storage and reads them back. */
@ApplicationScoped
public class BackupReader {

    private static final Logger LOG = Logger.getLogger(BackupReader.class);

    /** Between the machines of Redis and of this process, without being wrong. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(5);

    private final BackupStorage storage;
    private final BackupCatalog own;
    private final Clock clock;
    private final List<String> identities;

    @Inject
    BackupReader(BackupStorage storage, BackupCatalog own, Clock clock, VaultConfig config) {
        this(storage, own, clock, config.restore().ageIdentity().orElse(List.of()));
    }

    /** @param identities of age, for backups that are encrypted */
    BackupReader(BackupStorage storage, BackupCatalog own, Clock clock, List<String> identities) {
        this.storage = storage;
        this.own = own;
        this.clock = clock;
        this.identities = identities;
    }

    /**
     * Reads a backup to its last byte and returns it with what was found in it. Fails with {@link
     * RestoreException.NoBackup}, {@link InvalidDumpException} if it is corrupt, {@link RestoreException} if no identity
     * opens it, and {@link StorageException}. Of an encrypted backup without an identity, a note says what was not checked.
     */
    public Uni<Backup> verify(BackupSelection selection, BackupReading.Listener listener) {
        return select(selection)
                .chain(backup -> {
                    BackupReading reading = open(backup);
                    listener.begins(reading);
                    return reading.read(reading.storedBytes())
                            .onFailure(InvalidDumpException.class)
                            .transform(bad -> bad.ofBackup(backup.name()));
                })
                // Retention may have deleted it since it was chosen; then a newer one is there.
                .onFailure(StorageException.NotFound.class)
                .retry()
                .atMost(1);
    }

    /** Reads the stored bytes of a whole backup, verified as far as that takes no secret. */
    public Multi<ByteBuffer> download(Backup backup) {
        return new BackupReading(storage, backup, List.of(), true).storedBytes();
    }

    /** Reads a part of the stored bytes, unverified; a connection that breaks is resumed where it broke. */
    public Multi<ByteBuffer> read(Backup backup, long offset, long length) {
        return openUnverified(backup).part(offset, length);
    }

    /** Reads a whole backup and verifies it; nothing happens before its bytes are subscribed to. */
    BackupReading open(Backup backup) {
        return new BackupReading(storage, backup, identities, true);
    }

    /** Reads a whole backup as it is. */
    BackupReading openUnverified(Backup backup) {
        return new BackupReading(storage, backup, identities, false);
    }

    /**
     * Uses the backup that a selection means. Fails with {@link RestoreException} if it is corrupt, {@link
     * RestoreException.NoBackup} and {@link StorageException}.
     *
     * @param use of a backup, which fails if that is corrupt
     */
    <T> Uni<T> selectGood(BackupSelection selection, Function<Backup, Uni<T>> use) {
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

    private Uni<Backup> select(BackupSelection selection) {
        BackupCatalog catalog = selection.node().map(own::forNode).orElse(own);
        return selection.name().map(name -> named(name, catalog)).orElseGet(() -> newest(selection, catalog));
    }

    private static Uni<Backup> named(String name, BackupCatalog catalog) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> new RestoreException.NoBackup(
                        "no backup '" + name + "' of node '" + catalog.node()
                                + "': the command list shows those there are, --node names another node",
                        false));
    }

    private Uni<Backup> newest(BackupSelection selection, BackupCatalog catalog) {
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
                .map(newest -> youngEnough(newest.backups(), selection, catalog.node()))
                .chain(backup -> catalog.find(backup.name()));
    }

    private Backup youngEnough(List<Backup> newest, BackupSelection selection, String node) {
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
                    "the newest backup of node '%s'%s is too old: %s is of %d s ago, --max-age allows %d s"
                            .formatted(node, condition, backup.name(), age.toSeconds(), limit.toSeconds()),
                    false);
        });
        return backup;
    }
}
