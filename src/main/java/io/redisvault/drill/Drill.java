package io.redisvault.drill;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.restore.BackupReading;
import io.redisvault.restore.BackupSelection;
import io.redisvault.restore.LiveOptions;
import io.redisvault.restore.LiveRestore;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.restore.RestoreOptions;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Proves that a backup can be restored: a real server loads it and says which keys it has. */
@ApplicationScoped
public class Drill {

    private static final RestoreOptions OWNER_ONLY = new RestoreOptions(
            false,
            false,
            true,
            Optional.empty(),
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

    private final Restore restore;
    private final LiveRestore live;
    private final Vertx vertx;
    private DrillSandbox sandbox;
    private boolean stopped;

    Drill(Restore restore, LiveRestore live, Vertx vertx) {
        this.restore = restore;
        this.live = live;
        this.vertx = vertx;
    }

    /**
     * Runs a drill, one at a time. However it ends, also by a stop of this process, no file and no process is left.
     * Fails with {@link NoBackupException}, {@link StorageException}, {@link RestoreException} if the backup is corrupt,
     * and {@link DrillException} if there could be no drill.
     *
     * @param begun gets the reading of the backup, to follow it
     * @param step gets a line when the server begins to load
     */
    public Uni<DrillResult> run(
            BackupSelection selection, DrillOptions options, Consumer<BackupReading> begun, Consumer<String> step) {
        Executor workers = Infrastructure.getDefaultWorkerPool();
        long began = System.nanoTime();
        return Uni.createFrom()
                .item(() -> open(options))
                .runSubscriptionOn(workers)
                .chain(opened -> restore.run(selection, opened.target(), OWNER_ONLY, begun)
                        .emitOn(workers)
                        .invoke(restored -> step.accept(
                                restored.backup().name() + " is restored, " + options.server() + " loads it"))
                        .chain(restored -> load(restored.backup(), opened, options, began))
                        .onTermination()
                        .call(() -> Uni.createFrom().voidItem().emitOn(workers).invoke(opened::close)));
    }

    /**
     * Runs a drill on an empty server that runs already. Fails with {@link NoBackupException}, {@link StorageException}, and
     * {@link RestoreException} if the backup is corrupt, or the server may not or does not load it.
     *
     * @param flush true to remove all keys from the server afterwards
     * @param begun gets each reading of the backup, to follow it
     * @param step gets a line when something else begins
     */
    public Uni<DrillResult> into(
            BackupSelection selection,
            LiveOptions options,
            boolean flush,
            Consumer<BackupReading> begun,
            Consumer<String> step) {
        long began = System.nanoTime();
        return live.run(selection, options, begun, step)
                .call(loaded -> flush ? live.flush() : Uni.createFrom().voidItem())
                .map(loaded -> DrillResult.passed(loaded.backup(), loaded.server(), since(began)));
    }

    private Uni<DrillResult> load(Backup backup, DrillSandbox opened, DrillOptions options, long began) {
        return opened.start(options.server())
                .loaded(options.timeout(backup.size()))
                .map(server -> DrillResult.passed(backup, server, since(began)))
                .onFailure(DrillServer.NotLoadedException.class)
                .recoverWithItem(failure -> DrillResult.failed(backup, failure.getMessage(), since(began)));
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private synchronized DrillSandbox open(DrillOptions options) {
        if (stopped) {
            throw new DrillException("stopped");
        }
        sandbox = DrillSandbox.open(options.workDirectory(), vertx);
        return sandbox;
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (sandbox != null) {
            sandbox.close();
        }
    }
}
