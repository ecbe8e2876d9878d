package io.redisvault.backup;

import io.redisvault.backup.BackupNaming.BackupName;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.RunningBackup.BackupStoppedException;
import io.redisvault.backup.RunningBackup.Phase;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.codec.AgeEncoder;
import io.redisvault.codec.Codec;
import io.redisvault.codec.ZstdEncoder;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.rdb.RdbSummary;
import io.redisvault.rdb.RdbVerifier;
import io.redisvault.redis.ClusterNode;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Runs one backup: ask the role, open the dump, upload it, delete old backups. Each step runs only if the one before
 * allows it. What this class promises:
 *
 * <ul>
 *   <li>Never in the way: Redis is only asked for its state, and its directory is only read.
 *   <li>Never a torn backup: the dump is opened once and read once, in order, whatever Redis renames over it.
 *   <li>Never a bad backup: the dump is verified in the same pass, and nothing is visible before it has passed.
 *   <li>Never an overwritten backup: the storage creates objects and never replaces one.
 *   <li>Never the last good one: retention runs only after a good run and never deletes the newest backup.
 *   <li>Never somebody else's backup: only keys of this node's backups are compared or deleted.
 *   <li>Bounded memory: the stages pass chunks on as the storage asks for them.
 *   <li>Never silent: every run ends with a {@link BackupOutcome}.
 * </ul>
 */
@ApplicationScoped
class BackupPipeline {

    private static final Logger LOG = Logger.getLogger(BackupPipeline.class);
    private static final RetentionResult STOPPED =
            RetentionResult.NONE.withFailure("the service stopped before all old backups were deleted");

    private final Supplier<Uni<ServerInfo>> redis;
    private final Function<ServerInfo, Uni<Optional<ClusterNode>>> cluster;
    private final BackupStorage storage;
    private final BackupWriter writer;
    private final BackupRetention retention;
    private final BackupMetadata metadata;
    private final VaultConfig config;
    private final Path dumpPath;

    @Inject
    BackupPipeline(
            RedisNode redis,
            BackupStorage storage,
            BackupWriter writer,
            BackupRetention retention,
            BackupMetadata metadata,
            VaultConfig config) {
        this(redis::state, redis::inCluster, storage, writer, retention, metadata, config);
    }

    /**
     * @param redis reads the node's state
     * @param cluster reads the node's place in its cluster; empty outside a cluster
     */
    BackupPipeline(
            Supplier<Uni<ServerInfo>> redis,
            Function<ServerInfo, Uni<Optional<ClusterNode>>> cluster,
            BackupStorage storage,
            BackupWriter writer,
            BackupRetention retention,
            BackupMetadata metadata,
            VaultConfig config) {
        this.redis = redis;
        this.cluster = cluster;
        this.storage = storage;
        this.writer = writer;
        this.retention = retention;
        this.metadata = metadata;
        this.config = config;
        this.dumpPath = config.redis().dataPath().resolve(config.backup().dumpFilename());
    }

    /** Runs one backup. Never fails: every failure becomes a {@link Failed} outcome. */
    Uni<BackupOutcome> run(RunningBackup backup) {
        return askRole(backup)
                .chain(state -> reasonToSkip(state).map(Uni.createFrom()::item).orElseGet(() -> backUp(backup)))
                .onFailure()
                .recoverWithItem(BackupPipeline::failed);
    }

    /** Opens the dump once and closes it after the upload. Skips if there is no dump. */
    private Uni<BackupOutcome> backUp(RunningBackup backup) {
        backup.enter(Phase.DUMP);
        return Uni.createFrom()
                .item(this::open)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(dump -> dump.isEmpty()
                        ? Uni.createFrom().item(this::noDump)
                        : writer.write(dump.get(), form(dump.get()), name -> upload(dump.get(), name, backup))
                                .onTermination()
                                .invoke(() -> close(dump.get()))
                                .chain(result -> deleteOldBackups(result, backup)));
    }

    /** The form to store a dump in. A dump that the server has compressed is not compressed again. */
    private StoredForm form(DumpFile dump) {
        boolean compressed = config.backup().compression() > 0 && !dump.isEnclosed();
        return StoredForm.of(compressed, config.backup().ageRecipients().isPresent());
    }

    /** Reads the dump in one pass through all stages. Nothing is visible in the storage until all bytes have passed. */
    private Uni<StoredObject> upload(DumpFile dump, BackupName name, RunningBackup backup) {
        StoredForm form = StoredForm.of(name.key());
        VaultConfig.Backup settings = config.backup();
        Multi<ByteBuffer> bytes = dump.bytes()
                // A bad dump fails here, before its last chunk passes. VERIFY_DUMP=false switches the check off.
                .plug(read -> dump.facts()
                        .map(facts -> new RdbVerifier(facts).check(read))
                        .orElse(read))
                .plug(verified -> backup.count(verified, dump.size()))
                .plug(counted -> form.isCompressed()
                        ? Codec.apply(() -> new ZstdEncoder(settings.compression(), dump.size()), counted)
                        : counted)
                .plug(compressed -> form.isEncrypted()
                        ? Codec.apply(
                                () -> new AgeEncoder(
                                        List.copyOf(settings.ageRecipients().orElseThrow())),
                                compressed)
                        : compressed)
                .plug(encrypted -> settings.rateLimit()
                        .map(rate -> new RateLimit(rate).shape(encrypted))
                        .orElse(encrypted))
                .plug(backup::untilStopped);
        Content content = new Content(bytes, form.limit(dump.size()), form == StoredForm.PLAIN);
        return cluster.apply(backup.node())
                .map(place -> metadata.of(dump, backup, place))
                // Creates the object; fails if the key is taken.
                .chain(facts -> storage.put(name.key(), content, facts));
    }

    /** Runs retention, only after a good run: the dump was stored now or before. A stop of the service ends it. */
    private Uni<BackupOutcome> deleteOldBackups(BackupWriter.Result result, RunningBackup backup) {
        backup.enter(Phase.RETENTION);
        return Uni.join()
                .first(retention.run(result.backup()), backup.stopped().replaceWith(STOPPED))
                .withItem()
                .map(deleted -> result.isNew()
                        ? new Stored(result.backup(), deleted)
                        : new Skipped(
                                Reason.UNCHANGED,
                                "the dump is stored already as "
                                        + result.backup().name(),
                                result.backup(),
                                deleted));
    }

    /** Asks Redis for its state. If it does not answer, fails only if the settings need the role and it is unknown. */
    private Uni<ServerInfo> askRole(RunningBackup backup) {
        return redis.get()
                .onFailure(RedisUnavailableException.class)
                .recoverWithUni(failure -> {
                    if (config.redis().roleMatters() && backup.role() == Role.UNKNOWN) {
                        return Uni.createFrom().failure(failure);
                    }
                    // At shutdown Redis is expected to be gone; the role is known from before.
                    LOG.logf(
                            backup.trigger() == Trigger.SHUTDOWN ? Logger.Level.DEBUG : Logger.Level.WARN,
                            "role unknown: %s",
                            failure.getMessage());
                    return Uni.createFrom().item(ServerInfo.unreachable(backup.role()));
                })
                .invoke(state -> {
                    backup.nodeIs(state);
                    if (state.saveFailed()) {
                        LOG.warn(
                                "the last save of Redis failed (rdb_last_bgsave_status:err), so that its dump is an old"
                                        + " one: see the log of Redis");
                    }
                });
    }

    private Optional<BackupOutcome> reasonToSkip(ServerInfo state) {
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
                : Optional.of(skipped(Reason.ROLE, "a " + state.role().word() + " is not to be backed up"));
    }

    private Optional<DumpFile> open() {
        try {
            DumpFile dump = DumpFile.open(dumpPath, config.backup().verifyDump());
            dump.facts()
                    .map(RdbSummary::header)
                    .filter(RdbHeader::isNewerThanKnown)
                    .ifPresent(header -> LOG.warnf(
                            "RDB version %d is newer than this program knows; the checksum is verified all the same",
                            header.version()));
            return Optional.of(dump);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BackupOutcome noDump() {
        try {
            return skipped(Reason.NO_DUMP, DumpFile.whyMissing(dumpPath));
        } catch (IOException noDirectory) {
            throw new UncheckedIOException(noDirectory);
        }
    }

    private static void close(DumpFile dump) {
        try {
            dump.close();
        } catch (IOException e) {
            LOG.warnf("could not close the dump: %s", FileErrors.text(e));
        }
    }

    private static BackupOutcome skipped(Reason reason, String detail) {
        return new Skipped(reason, detail, null, RetentionResult.NONE);
    }

    static Failed failed(Throwable failure) {
        Reason reason = Reason.INTERNAL;
        if (failure instanceof UncheckedIOException) {
            reason = Reason.DUMP_UNREADABLE;
        } else if (failure instanceof RedisUnavailableException) {
            reason = Reason.REDIS;
        } else if (failure instanceof InvalidDumpException) {
            reason = Reason.DUMP_CORRUPT;
        } else if (failure instanceof StorageException) {
            reason = Reason.STORAGE;
        } else if (failure instanceof BackupStoppedException) {
            reason = Reason.STOPPED;
        }
        String detail =
                switch (reason) {
                    case DUMP_UNREADABLE -> FileErrors.text(((UncheckedIOException) failure).getCause());
                    case INTERNAL -> "a fault of Redis Vault, its log says more";
                    default -> failure.getMessage();
                };
        return new Failed(reason, detail, failure);
    }
}
