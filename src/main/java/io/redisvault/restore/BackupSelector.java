package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Finds the backup that is meant. */
@ApplicationScoped
public class BackupSelector {

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

    private static Uni<Backup> named(String name, BackupCatalog catalog) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> new NoBackupException(
                        "no backup '" + name + "' of node '" + catalog.node()
                                + "': the command list shows those there are, --node names another node",
                        false));
    }

    private Uni<Backup> newest(BackupSelection selection, BackupCatalog catalog) {
        Instant before = selection.before().orElse(Instant.MAX);
        return catalog.newest(1, before)
                .map(newest -> youngEnough(newest.backups(), selection, catalog.node()))
                .onItem()
                .transformToUni(backup -> catalog.find(backup.name()));
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
