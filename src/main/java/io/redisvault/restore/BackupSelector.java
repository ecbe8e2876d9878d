package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Finds the backup that a selection means. */
@ApplicationScoped
public class BackupSelector {

    private static final Logger LOG = Logger.getLogger(BackupSelector.class);

    /** Between the machines of Redis and of this process, without being wrong. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(5);

    private final BackupCatalog own;
    private final Clock clock;

    BackupSelector(BackupCatalog own, Clock clock) {
        this.own = own;
        this.clock = clock;
    }

    /**
     * The backup with what is known of its content. Fails with {@link NoBackupException} if there is none, and with
     * {@link StorageException}.
     */
    public Uni<Backup> select(BackupSelection selection) {
        BackupCatalog catalog = selection.node().map(own::forNode).orElse(own);
        return selection.name().map(name -> named(name, catalog)).orElseGet(() -> newest(selection, catalog));
    }

    /**
     * Uses the backup that a selection means. If it is corrupt, and another one may be taken, uses the newest good one before
     * it. Fails with {@link RestoreException} if it is corrupt.
     *
     * @param fallback true if another one may be taken
     * @param use of a backup, which fails if that is corrupt
     */
    <T> Uni<T> selectGood(BackupSelection selection, boolean fallback, Function<Backup, Uni<T>> use) {
        return select(selection).chain(backup -> use.apply(backup)
                .onFailure(RestoreException::isCorrupt)
                .recoverWithUni(failure -> {
                    String corrupt = failure instanceof InvalidDumpException bad
                            ? bad.ofBackup(backup.name()).getMessage()
                            : backup.name() + " is corrupt: " + failure.getMessage();
                    if (!fallback || selection.name().isPresent()) {
                        return Uni.createFrom().failure(new RestoreException(corrupt, failure));
                    }
                    LOG.warnf("%s; trying the one before it", corrupt);
                    return selectGood(selection.before(backup.timestamp()), true, use)
                            .onFailure(NoBackupException.class)
                            .transform(none ->
                                    new RestoreException(corrupt + "; before it, " + none.getMessage(), failure));
                }));
    }

    private static Uni<Backup> named(String name, BackupCatalog catalog) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> new NoBackupException(
                        "no backup '" + name + "' of node '" + catalog.node()
                                + "': the command list shows those there are, --node names another node",
                        false));
    }

    private Uni<Backup> newest(BackupSelection selection, BackupCatalog catalog) {
        Instant present = clock.instant().plus(CLOCK_DIFFERENCE);
        Instant before = selection.before().orElse(Instant.MAX);
        return catalog.newest(1, before)
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
            throw new NoBackupException("there is no backup of node '" + node + "'" + condition, condition.isEmpty());
        }
        Backup backup = newest.get(0);
        Duration age = Duration.between(backup.timestamp(), clock.instant());
        if (selection.maxAge().filter(limit -> age.compareTo(limit) > 0).isPresent()) {
            throw new NoBackupException(
                    "the newest backup of node '" + node + "'" + condition + " is too old: "
                            + backup.name() + " is of " + age.toSeconds() + " s ago, --max-age allows "
                            + selection.maxAge().get().toSeconds() + " s",
                    false);
        }
        return backup;
    }
}
