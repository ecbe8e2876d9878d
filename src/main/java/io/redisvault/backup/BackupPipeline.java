package io.redisvault.backup;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Failure;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.RunningBackup.Phase;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbFacts;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.redis.NodeState;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.Role;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/** One cycle: role, dump, upload, retention, in this order and each only if the one before allows it. */
@ApplicationScoped
class BackupPipeline {

    private static final Logger LOG = Logger.getLogger(BackupPipeline.class);
    private static final Cleanup UNFINISHED_CLEANUP =
            Cleanup.failed("the service stopped before all old backups were deleted");

    private final RedisNode redis;
    private final DumpStore store;
    private final BackupRetention retention;
    private final VaultConfig config;
    private final Path dumpPath;

    BackupPipeline(RedisNode redis, DumpStore store, BackupRetention retention, VaultConfig config) {
        this.redis = redis;
        this.store = store;
        this.retention = retention;
        this.config = config;
        this.dumpPath = config.redis().dataPath().resolve(config.backup().dumpFilename());
    }

    /** Never fails: whatever happens is the outcome. */
    Uni<BackupOutcome> run(RunningBackup cycle) {
        return askRole(cycle)
                .onItem()
                .transformToUni(state -> reasonToSkip(state)
                        .map(skipped -> Uni.createFrom().item(skipped))
                        .orElseGet(() -> backUp(cycle)))
                .onFailure()
                .recoverWithItem(BackupPipeline::failed);
    }

    private Uni<NodeState> askRole(RunningBackup cycle) {
        return redis.state()
                .onFailure(RedisUnavailableException.class)
                .recoverWithUni(failure -> {
                    if (!roleDoesNotMatter()) {
                        return Uni.createFrom().failure(failure);
                    }
                    LOG.warnf("role unknown: %s", failure.getMessage());
                    return Uni.createFrom().item(new NodeState(Role.UNKNOWN, false));
                })
                .invoke(state -> cycle.roleIs(state.role()));
    }

    private boolean roleDoesNotMatter() {
        return config.redis().backupMaster() && config.redis().backupReplica();
    }

    private Optional<BackupOutcome> reasonToSkip(NodeState state) {
        if (state.loading()) {
            return Optional.of(skipped(Reason.LOADING, "the node is loading its dataset"));
        }
        boolean wanted =
                switch (state.role()) {
                    case MASTER -> config.redis().backupMaster();
                    case REPLICA -> config.redis().backupReplica();
                    case UNKNOWN -> true;
                };
        return wanted
                ? Optional.empty()
                : Optional.of(skipped(
                        Reason.ROLE, "a " + state.role().name().toLowerCase(Locale.ROOT) + " is not to be backed up"));
    }

    private Uni<BackupOutcome> backUp(RunningBackup cycle) {
        cycle.enter(Phase.DUMP);
        return Uni.createFrom()
                .item(this::open)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .transformToUni(
                        dump -> dump.map(opened -> storeAndClean(opened, cycle)).orElseGet(() -> Uni.createFrom()
                                .item(skipped(Reason.NO_DUMP, dumpPath + " does not exist; Redis has not saved yet"))));
    }

    private Optional<DumpFile> open() {
        try {
            DumpFile dump =
                    DumpFile.open(dumpPath, config.backup().verifyDump(), Infrastructure.getDefaultWorkerPool());
            dump.facts()
                    .map(RdbFacts::header)
                    .filter(RdbHeader::isNewerThanKnown)
                    .ifPresent(header -> LOG.warnf(
                            "RDB version %d is newer than this program knows; the checksum is verified all the same",
                            header.version()));
            return Optional.of(dump);
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(dumpPath.getParent())) {
                return Optional.empty();
            }
            throw new UncheckedIOException(new IOException(dumpPath.getParent() + " is not a directory", e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uni<BackupOutcome> storeAndClean(DumpFile dump, RunningBackup cycle) {
        return store.store(dump, cycle)
                .onTermination()
                .invoke(() -> close(dump))
                .invoke(() -> cycle.enter(Phase.RETENTION))
                .onItem()
                .transformToUni(result -> Uni.join()
                        .first(retention.run(result.backup()), cycle.stopped().replaceWith(UNFINISHED_CLEANUP))
                        .withItem()
                        .map(cleanup -> result.isNew()
                                ? new Stored(result.backup(), cleanup)
                                : new Skipped(
                                        Reason.UNCHANGED,
                                        "the dump is stored already as "
                                                + result.backup().name(),
                                        Optional.of(result.backup()),
                                        cleanup)));
    }

    private static void close(DumpFile dump) {
        try {
            dump.close();
        } catch (IOException e) {
            LOG.warnf("could not close the dump: %s", e.getMessage());
        }
    }

    private static BackupOutcome skipped(Reason reason, String detail) {
        return new Skipped(reason, detail, Optional.empty(), Cleanup.NONE);
    }

    static Failed failed(Throwable failure) {
        if (failure instanceof UncheckedIOException unreadable) {
            return new Failed(Failure.DUMP_UNREADABLE, String.valueOf(unreadable.getCause()), failure);
        }
        Failure kind = Failure.INTERNAL;
        if (failure instanceof RedisUnavailableException) {
            kind = Failure.REDIS;
        } else if (failure instanceof InvalidDumpException) {
            kind = Failure.DUMP_CORRUPT;
        } else if (failure instanceof StorageException) {
            kind = Failure.STORAGE;
        } else if (failure instanceof BackupStoppedException) {
            kind = Failure.STOPPED;
        }
        return new Failed(kind, String.valueOf(failure.getMessage()), failure);
    }
}
