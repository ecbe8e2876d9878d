package io.redisvault.restore;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.config.RedisAddress;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.TargetServer;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Loads a backup into a running server: for that time the server is a replica, and this process its master. */
@ApplicationScoped
public class LiveRestore {

    /** Default of a server's setting {@code databases}. */
    private static final int DATABASES = 16;

    private final BackupSelector selector;
    private final BackupReader reader;
    private final TargetServer server;
    private final Vertx vertx;
    private final CountDownLatch ended = new CountDownLatch(1);
    private FullResync resync;
    private boolean stopped;

    LiveRestore(BackupSelector selector, BackupReader reader, TargetServer server, Vertx vertx) {
        this.selector = selector;
        this.reader = reader;
        this.server = server;
        this.vertx = vertx;
    }

    /**
     * Loads a backup, once in the life of this process. It is read twice: whole and verified before the server is told
     * anything, then for the server. Fails with {@link NoBackupException}, {@link StorageException}, and {@link
     * RestoreException}, which says which data the server holds if it was told anything.
     *
     * @param begun gets each reading that begins, to follow it
     * @param step gets a line when something else begins
     */
    public Uni<LoadedBackup> run(
            BackupSelection selection, LiveOptions options, Consumer<BackupReading> begun, Consumer<String> step) {
        return Uni.createFrom()
                .item(() -> options.listeningOn(options.listen().orElseGet(this::loopback)))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(decided -> restore(selection, decided, begun, step))
                .onFailure(RedisUnavailableException.class)
                .transform(failure -> new RestoreException(failure.getMessage(), failure));
    }

    private Uni<LoadedBackup> restore(
            BackupSelection selection, LiveOptions options, Consumer<BackupReading> begun, Consumer<String> step) {
        List<String> notes = new ArrayList<>();
        return fit(options)
                .call(state -> requireNoSentinel(notes))
                .call(state -> options.force() || options.scratch()
                        ? Uni.createFrom().voidItem()
                        : server.hasDatabases(DATABASES).invoke(LiveRestore::requireDatabases))
                .chain(state -> selector.selectGood(
                        selection, options.fallback(), backup -> verified(backup, state, options, begun)))
                // Reading took its time, in which the server may have changed.
                .chain(found -> fit(options)
                        .invoke(state -> requireLoads(found, state, options))
                        .chain(state -> load(found, state, options, begun, step))
                        .invoke(loaded ->
                                new TargetState(found.name(), loaded).tooLarge().ifPresent(notes::add))
                        .map(loaded -> new LoadedBackup(found, loaded, notes)));
    }

    /** Removes all keys from the server, for drills. */
    public Uni<Void> flush() {
        return server.flush()
                .onFailure(RedisUnavailableException.class)
                .transform(failure -> new RestoreException(failure.getMessage(), failure));
    }

    /** The server's state; fails if no backup may be loaded into it. */
    private Uni<TargetState> fit(LiveOptions options) {
        return server.reach()
                .map(info -> new TargetState(server.address().toString(), info))
                .invoke(state -> state.refusal(options).ifPresent(LiveRestore::refuse));
    }

    private Uni<Boolean> requireNoSentinel(List<String> notes) {
        return server.isWatched()
                .invoke(watched -> {
                    if (watched) {
                        refuse(server.address()
                                + " is watched by a Sentinel, which would undo the restore: let it forget"
                                + " the server for that time, as docs/restore.md says");
                    }
                })
                .onFailure(RedisUnavailableException.class)
                .recoverWithItem(denied -> {
                    notes.add("it was not asked whether a Sentinel watches the server: " + denied.getMessage());
                    return false;
                });
    }

    /** Only who parses all of a dump knows how many it needs, so each server must have the usual number. */
    private static void requireDatabases(boolean enough) {
        if (!enough) {
            refuse(
                    "the server has fewer than " + DATABASES + " databases: a backup with more than it has would end it"
                            + " and keep it from starting again. Raise 'databases', or pass --force if this backup has no more");
        }
    }

    private static void requireLoads(Backup backup, TargetState state, LiveOptions options) {
        if (!backup.rdb().verified() && !options.force() && !options.scratch()) {
            refuse(backup.name()
                    + " has no checksum (rdbchecksum no), and a damaged dump can end the server: pass --force"
                    + " to load it all the same");
        }
        state.refusal(backup, options).ifPresent(LiveRestore::refuse);
    }

    private static void refuse(String reason) {
        throw new RestoreException(reason);
    }

    /** The backup with what was found in it. */
    private Uni<Backup> verified(Backup backup, TargetState state, LiveOptions options, Consumer<BackupReading> begun) {
        state.clusterRefusal(backup, options).ifPresent(LiveRestore::refuse);
        if (backup.rdb() != null && backup.rdb().version() != null) {
            // Before all of it is read.
            state.refusal(backup, options).ifPresent(LiveRestore::refuse);
        }
        BackupReading reading = reader.open(backup);
        begun.accept(reading);
        return reading.bytes().onItem().ignoreAsUni().map(read -> reading.found());
    }

    private Uni<ServerInfo> load(
            Backup backup,
            TargetState state,
            LiveOptions options,
            Consumer<BackupReading> begun,
            Consumer<String> step) {
        BackupReading reading = reader.open(backup);
        return Uni.createFrom()
                .item(() -> attempt(reading, state, options))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .invoke(attempt -> {
                    step.accept(backup.name() + " is good, " + state.name() + " fetches it");
                    begun.accept(reading);
                })
                .chain(attempt -> attempt.run(() -> step.accept("all is sent, " + state.name() + " loads it")))
                .onTermination()
                .invoke(ended::countDown);
    }

    private synchronized LoadAttempt attempt(BackupReading reading, TargetState state, LiveOptions options) {
        if (stopped) {
            throw new RestoreException("stopped");
        }
        String replicationId = TargetState.replicationId(reading.backup());
        long bytes = reading.backup().size();
        resync = new FullResync(vertx, addresses(), replicationId, bytes, server.timeout(), server.certificate());
        return new LoadAttempt(
                server,
                state,
                reading,
                options.listen().orElseThrow(),
                resync,
                replicationId,
                options.timeout().orElse(LiveOptions.loadingTime(bytes)));
    }

    private ListenAddress loopback() {
        RedisAddress address = server.address();
        if (!isLocal(address)) {
            refuse(address + " runs on another machine: name an address of this one that it reaches, with --listen"
                    + " HOST:PORT");
        }
        return new ListenAddress(address.host().equals("[::1]") ? "::1" : "127.0.0.1", 0);
    }

    private static boolean isLocal(RedisAddress address) {
        return address.socket().isPresent() || RunningRedis.isOfThisMachine(address.host());
    }

    /** True for an address that the server may connect from. */
    private Predicate<String> addresses() {
        RedisAddress address = server.address();
        if (isLocal(address)) {
            return RunningRedis::isOfThisMachine;
        }
        try {
            List<String> resolved = Stream.of(InetAddress.getAllByName(address.host()))
                    .map(InetAddress::getHostAddress)
                    .toList();
            return resolved::contains;
        } catch (UnknownHostException e) {
            throw new RestoreException(address + ": the host is not known");
        }
    }

    /** Ends an attempt, and waits until the server is a master again. */
    void stop(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) throws InterruptedException {
        synchronized (this) {
            stopped = true;
            if (resync == null) {
                return;
            }
            resync.abort(new RestoreException("stopped"));
        }
        ended.await(2 * LoadAttempt.ENDING.toSeconds(), TimeUnit.SECONDS);
    }
}
