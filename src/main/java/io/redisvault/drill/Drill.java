package io.redisvault.drill;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.restore.BackupReading;
import io.redisvault.restore.BackupSelection;
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
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Proves that a backup can be restored: a real server loads it, and its keys are counted. */
@ApplicationScoped
public class Drill {

    private static final RestoreOptions OWNER_ONLY = new RestoreOptions(
            false, false, Optional.empty(), Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

    private final Restore restore;
    private final Vertx vertx;
    private final Clock clock;
    private DrillRoom room;
    private boolean stopped;

    Drill(Restore restore, Vertx vertx, Clock clock) {
        this.restore = restore;
        this.vertx = vertx;
        this.clock = clock;
    }

    /**
     * Holds a drill, one at a time. Whatever comes of it, a stop of this process included, neither a file nor a process
     * is left. Fails with {@link NoBackupException}, {@link StorageException}, {@link RestoreException} if the backup is
     * corrupt, and {@link DrillException} if there could be no drill.
     *
     * @param begun is told of the reading of the backup, to follow it
     * @param step is told what goes on then
     */
    public Uni<Drilled> run(
            BackupSelection selection, DrillOptions options, Consumer<BackupReading> begun, Consumer<String> step) {
        Executor workers = Infrastructure.getDefaultWorkerPool();
        long began = System.nanoTime();
        return Uni.createFrom()
                .item(() -> open(options))
                .runSubscriptionOn(workers)
                .onItem()
                .transformToUni(opened -> restore.run(selection, opened.target(), OWNER_ONLY, begun)
                        .emitOn(workers)
                        .onItem()
                        .transformToUni(restored -> {
                            step.accept(restored.backup().name() + " is restored, " + options.server() + " loads it");
                            return new DrillRun(
                                            opened,
                                            restored.backup().withFacts(restored.facts()),
                                            options,
                                            vertx,
                                            clock,
                                            began)
                                    .run();
                        })
                        .onTermination()
                        .call(() -> Uni.createFrom().voidItem().emitOn(workers).invoke(opened::close)));
    }

    private synchronized DrillRoom open(DrillOptions options) {
        if (!vertx.isNativeTransportEnabled()) {
            throw new DrillException("a drill needs Unix sockets, which are there on Linux only, x86-64 or arm64");
        }
        if (stopped) {
            throw new DrillException("stopped");
        }
        room = DrillRoom.open(options.workDirectory());
        return room;
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (room != null) {
            room.close();
        }
    }
}
