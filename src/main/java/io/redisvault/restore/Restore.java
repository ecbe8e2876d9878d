package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Puts a backup where Redis finds it when it starts: all of it, checked, or nothing. */
@ApplicationScoped
public class Restore {

    private static final Logger LOG = Logger.getLogger(Restore.class);

    /** Chunks that wait for the disk; the largest have some 100 KiB. */
    private static final int BUFFERED_CHUNKS = 16;

    private final BackupSelector selector;
    private final BackupReader reader;
    private final RunningRedis redis;
    private final Clock clock;

    Restore(BackupSelector selector, BackupReader reader, RunningRedis redis, Clock clock) {
        this.selector = selector;
        this.reader = reader;
        this.redis = redis;
        this.clock = clock;
    }

    /**
     * Restores a backup. Fails with {@link NoBackupException}, {@link RestoreException}, {@link InvalidDumpException} if
     * the backup is corrupt, and {@link StorageException}; the target is as it was then.
     *
     * @param begun is told of each reading that begins, to follow it
     */
    public Uni<Restored> run(
            BackupSelection selection, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        return (options.force() ? Uni.createFrom().voidItem() : requireFree(target))
                .onItem()
                .transformToUni(free -> restore(selection, target, options, begun))
                .onFailure(Restore::isOfTheTarget)
                .transform(failure -> new RestoreException(reason((IOException) failure.getCause()), failure));
    }

    private static boolean isOfTheTarget(Throwable failure) {
        return failure.getCause() instanceof IOException && !(failure instanceof StorageException);
    }

    private Uni<Void> requireFree(RestoreTarget target) {
        return redis.requireStopped(target).invoke(() -> target.occupant().ifPresent(occupant -> {
            throw new RestoreException(
                    target.appendOnlyFile().isPresent()
                            ? occupant + " is there: with 'appendonly yes' Redis loads that and ignores a dump; move it"
                                    + " away, or pass --force if Redis is to be started with 'appendonly no'"
                            : occupant + " exists: pass --force to replace it, it is kept under another name");
        }));
    }

    private Uni<Restored> restore(
            BackupSelection selection, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        return selector.select(selection).onItem().transformToUni(backup -> restore(backup, target, options, begun)
                .onFailure(failure -> options.fallback() && isCorrupt(failure))
                .recoverWithUni(failure -> {
                    LOG.warnf("%s is corrupt, trying the one before it: %s", backup.name(), failure.getMessage());
                    return restore(selection.before(backup.timestamp()), target, options, begun);
                }));
    }

    private static boolean isCorrupt(Throwable failure) {
        return failure instanceof InvalidDumpException || failure instanceof StorageException.Corrupt;
    }

    private Uni<Restored> restore(
            Backup backup, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        Executor workers = Infrastructure.getDefaultWorkerPool();
        BackupReading reading = reader.open(backup);
        return Uni.createFrom()
                .item(Unchecked.supplier(() -> DumpWriter.begin(target.dump(), backup.bytes())))
                .runSubscriptionOn(workers)
                .onItem()
                .transformToUni(writer -> {
                    begun.accept(reading);
                    return reading.bytes()
                            .emitOn(workers, BUFFERED_CHUNKS)
                            .onItem()
                            .invoke(Unchecked.consumer(writer::write))
                            .onItem()
                            .ignoreAsUni()
                            .map(Unchecked.function(written -> finish(reading, writer, target, options)))
                            .onTermination()
                            .invoke(writer::close);
                });
    }

    private Restored finish(BackupReading reading, DumpWriter writer, RestoreTarget target, RestoreOptions options)
            throws IOException {
        List<String> notes = new ArrayList<>();
        giveAway(writer, target, options).ifPresent(notes::add);
        writer.finish(options.mode(), reading.backup().timestamp());
        Optional<Path> kept = options.force() && target.hasDump() ? Optional.of(keptName(target)) : Optional.empty();
        writer.publish(kept);
        target.appendOnlyFile()
                .ifPresent(
                        file -> notes.add("Redis loads " + file + " instead, unless it starts with 'appendonly no'"));
        return new Restored(reading.backup(), reading.facts().orElseThrow(), target.dump(), kept, notes);
    }

    /** Redis is likely to run as whoever the directory belongs to. */
    private static Optional<String> giveAway(DumpWriter writer, RestoreTarget target, RestoreOptions options)
            throws IOException {
        if (options.owner().isPresent()) {
            options.owner().get().own(writer.temporary());
            return Optional.empty();
        }
        FileOwner directory = FileOwner.of(target.directory());
        FileOwner own = FileOwner.of(writer.temporary());
        if (own.user().equals(directory.user())) {
            return Optional.empty();
        }
        try {
            directory.own(writer.temporary());
            return Optional.empty();
        } catch (FileSystemException notPermitted) {
            return Optional.of("the dump belongs to user " + own.user() + ", its directory to " + directory.user()
                    + ": if Redis cannot read it, restore as the user that Redis runs as");
        }
    }

    private Path keptName(RestoreTarget target) {
        return target.dump()
                .resolveSibling(target.dump().getFileName() + ".before-"
                        + clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    private static String reason(IOException failure) {
        if (!(failure instanceof FileSystemException of)) {
            return failure.getMessage();
        }
        String reason = of.getReason() == null ? of.getClass().getSimpleName() : of.getReason();
        return of.getFile() + ": " + reason;
    }
}
