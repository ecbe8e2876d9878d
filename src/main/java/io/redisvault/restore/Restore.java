package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/** Puts a backup where Redis finds it when it starts: all of it, checked, or nothing. */
@ApplicationScoped
public class Restore {

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
     * if the backup is corrupt; the target is then as it was.
     *
     * @param begun gets each reading that begins, to follow it
     */
    public Uni<RestoreResult> run(
            BackupSelection selection, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        return redis.warning(target)
                .invoke(running -> {
                    if (!options.force()) {
                        requireFree(target, running);
                    }
                })
                .chain(running -> selector.selectGood(
                                selection, options.fallback(), backup -> restore(backup, target, options, begun))
                        .map(restored -> running.map(RunningRedis.Warning::text)
                                .map(restored::with)
                                .orElse(restored)))
                .onFailure(Restore::isOfTheTarget)
                .transform(failure -> new RestoreException(FileErrors.text((IOException) failure.getCause()), failure));
    }

    private static void requireFree(RestoreTarget target, Optional<RunningRedis.Warning> running) {
        running.filter(RunningRedis.Warning::certain).ifPresent(warning -> {
            throw new RestoreException(warning.text() + ", or pass --force");
        });
        target.existingData().ifPresent(data -> {
            throw new RestoreException(
                    data.equals(target.file()) || target.appendOnly()
                            ? data + " exists: pass --force to replace it, it is kept as " + data + AppendOnlyFiles.KEPT
                                    + "TIME"
                            : data + " is there: with 'appendonly yes' Redis loads that and ignores a dump; pass"
                                    + " --append-only --force to replace it, or --force if Redis is to be started with"
                                    + " 'appendonly no'");
        });
    }

    private Uni<RestoreResult> restore(
            Backup backup, RestoreTarget target, RestoreOptions options, Consumer<BackupReading> begun) {
        BackupReading reading = options.verified() ? reader.open(backup) : reader.openUnverified(backup);
        return new RestoreRun(reading, target, options, clock).run(() -> begun.accept(reading));
    }

    private static boolean isOfTheTarget(Throwable failure) {
        return failure.getCause() instanceof IOException && !(failure instanceof StorageException);
    }
}
