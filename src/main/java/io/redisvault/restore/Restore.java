package io.redisvault.restore;

import io.quarkus.arc.Unremovable;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Puts a backup where Redis finds it when it starts: all of it, checked, or nothing. */
@ApplicationScoped
@Unremovable // Commands look it up.
public class Restore {

    private static final Logger LOG = Logger.getLogger(Restore.class);

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
     * Restores a backup. Fails with {@link NoBackupException}, {@link StorageException}, and {@link RestoreException}, also
     * if the backup is corrupt; the target is as it was then.
     *
     * @param begun is told of each reading that begins, to follow it
     */
    public Uni<Restored> run(
            BackupSelection selection, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        return redis.threat(target)
                .invoke(threat -> {
                    if (!options.force()) {
                        requireFree(target, threat);
                    }
                })
                .onItem()
                .transformToUni(threat -> restore(selection, target, options, begun)
                        .map(restored -> threat.map(restored::with).orElse(restored)))
                .onFailure(Restore::isOfTheTarget)
                .transform(failure -> new RestoreException(reason((IOException) failure.getCause()), failure));
    }

    private static void requireFree(RestoreTarget target, Optional<String> threat) {
        threat.ifPresent(running -> {
            throw new RestoreException(running + ", or pass --force");
        });
        target.occupant().ifPresent(occupant -> {
            throw new RestoreException(
                    target.hasDump()
                            ? occupant + " exists: pass --force to replace it, it is kept under another name"
                            : occupant + " is there: with 'appendonly yes' Redis loads that and ignores a dump; move it"
                                    + " away, or pass --force if Redis is to be started with 'appendonly no'");
        });
    }

    private Uni<Restored> restore(
            BackupSelection selection, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        return selector.select(selection).onItem().transformToUni(backup -> {
            BackupReading reading = reader.open(backup);
            return new RestoreRun(reading, target, options, clock)
                    .run(() -> begun.accept(reading))
                    .onFailure(RestoreException::isCorrupt)
                    .recoverWithUni(failure -> {
                        String corrupt = backup.name() + " is corrupt: " + failure.getMessage();
                        if (!options.fallback() || selection.name().isPresent()) {
                            return Uni.createFrom().failure(new RestoreException(corrupt, failure));
                        }
                        LOG.warnf("%s; trying the one before it", corrupt);
                        return restore(selection.before(backup.timestamp()), target, options, begun)
                                .onFailure(NoBackupException.class)
                                .transform(none ->
                                        new RestoreException(corrupt + "; before it, " + none.getMessage(), failure));
                    });
        });
    }

    private static boolean isOfTheTarget(Throwable failure) {
        return failure.getCause() instanceof IOException && !(failure instanceof StorageException);
    }

    private static String reason(IOException failure) {
        if (!(failure instanceof FileSystemException of)) {
            return failure.getMessage();
        }
        String reason = of.getReason() == null ? of.getClass().getSimpleName() : of.getReason();
        return of.getFile() + ": " + reason;
    }
}
