package io.redisvault.drill;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.TargetServer;
import io.redisvault.restore.BackupReader;
import io.redisvault.restore.BackupReading;
import io.redisvault.restore.LiveRestore;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** Proves that a backup can be restored: a real server loads it and reports its keys. */
@ApplicationScoped
public class Drill {

    private static final Restore.Options OWNER_ONLY =
            new Restore.Options(false, true, Optional.empty(), PosixFilePermissions.fromString("rw-------"));

    private final Restore restore;
    private final LiveRestore live;
    private final TargetServer server;
    private DrillSandbox sandbox;
    private boolean stopped;

    Drill(Restore restore, LiveRestore live, TargetServer server) {
        this.restore = restore;
        this.live = live;
        this.server = server;
    }

    /** The first redis-server or valkey-server in the directories of a search path such as PATH; empty if there is none. */
    public static Optional<Path> findServer(String searchPath) {
        return Stream.of(searchPath.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .flatMap(directory -> Stream.of("redis-server", "valkey-server").map(name -> Path.of(directory, name)))
                .filter(Drill::isProgram)
                .findFirst();
    }

    public static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    /**
     * Restores a backup into a temporary directory and loads it with a new server, one drill at a time. No file and no
     * process is left, even if this process is stopped. If the server does not load the dump, the result says so. Fails
     * with {@link StorageException} and {@link RestoreException}, which tells whether the backup is corrupt.
     *
     * @param program the server program
     * @param workDirectory directory with enough space for the dump
     * @param timeout how long loading may take; if empty, it grows with the dump
     */
    public Uni<DrillResult> run(
            BackupReader.Selection selection,
            Path program,
            Path workDirectory,
            Optional<Duration> timeout,
            BackupReading.Listener listener) {
        Executor workers = Infrastructure.getDefaultWorkerPool();
        long began = System.nanoTime();
        return Uni.createFrom()
                .item(() -> open(workDirectory))
                .runSubscriptionOn(workers)
                .chain(opened -> restore.run(selection, opened.target(), OWNER_ONLY, listener)
                        .emitOn(workers)
                        .chain(restored -> {
                            Backup backup = restored.backup();
                            listener.step(backup.name() + " is restored, " + program + " loads it");
                            opened.start(program);
                            return opened.loaded(timeout.orElse(LiveRestore.Options.loadingTime(backup.size())))
                                    .map(loaded -> DrillResult.passed(backup, loaded, since(began)))
                                    .onFailure(DrillSandbox.NotLoadedException.class)
                                    .recoverWithItem(
                                            failure -> DrillResult.failed(backup, failure.getMessage(), since(began)));
                        })
                        .onTermination()
                        .call(() -> Uni.createFrom().voidItem().emitOn(workers).invoke(opened::close)));
    }

    /**
     * Loads a backup into an empty server that is already running. Fails with {@link StorageException}, {@link
     * RedisUnavailableException}, and {@link RestoreException}, also if the server must not or does not load the backup.
     *
     * @param flush whether to remove all keys from the server after the load
     */
    public Uni<DrillResult> into(
            BackupReader.Selection selection,
            LiveRestore.Options options,
            boolean flush,
            BackupReading.Listener listener) {
        long began = System.nanoTime();
        return live.run(selection, options, listener)
                .call(() -> flush ? server.flush() : Uni.createFrom().voidItem())
                .map(loaded -> DrillResult.passed(loaded.backup(), loaded.server(), since(began)));
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private synchronized DrillSandbox open(Path workDirectory) {
        if (stopped) {
            throw new RestoreException("stopped");
        }
        sandbox = DrillSandbox.open(workDirectory);
        return sandbox;
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (sandbox != null) {
            sandbox.close();
        }
    }
}
