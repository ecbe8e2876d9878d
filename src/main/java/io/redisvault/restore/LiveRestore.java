package io.redisvault.restore;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.config.RedisAddress;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.TargetServer;
import io.redisvault.restore.LiveOptions.ListenAddress;
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
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Loads a backup into a running server: for that time the server is a replica, and this process its master. */
@ApplicationScoped
public class LiveRestore {

    /** Default of a server's setting {@code databases}. */
    private static final int DATABASES = 16;

    /**
     * A backup that a running server has loaded.
     *
     * @param backup with what was found in it
     * @param server as it was when it had loaded the backup; keys whose time was over are still counted
     * @param notes lines for people
     */
    public record Loaded(Backup backup, ServerInfo server, List<String> notes) {}

    private final BackupReader reader;
    private final TargetServer server;
    private final Vertx vertx;
    private final CountDownLatch ended = new CountDownLatch(1);
    private FullResync resync;
    private boolean stopped;

    LiveRestore(BackupReader reader, TargetServer server, Vertx vertx) {
        this.reader = reader;
        this.server = server;
        this.vertx = vertx;
    }

    /**
     * Loads a backup, once in the life of this process. It is read twice: whole and verified before the server is told
     * anything, then for the server. Fails with {@link RestoreException.NoBackup}, {@link StorageException}, {@link
     * RedisUnavailableException} before the server was told anything, and {@link RestoreException}, which says which data
     * the server holds if it was.
     */
    public Uni<Loaded> run(BackupSelection selection, LiveOptions options, BackupReading.Listener listener) {
        List<String> notes = new ArrayList<>();
        return Uni.createFrom()
                .item(() -> options.listen().orElseGet(this::loopback))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(address -> fit(options)
                        .call(() -> requireNoSentinel(notes))
                        .call(() -> requireDatabases(options))
                        .chain(state ->
                                reader.selectGood(selection, backup -> verified(backup, state, options, listener)))
                        // Reading took its time, in which the server may have changed.
                        .chain(found -> fit(options)
                                .invoke(state -> state.requireLoads(found, options))
                                .chain(state -> load(found, state, options, address, listener))
                                .invoke(loaded -> new TargetState(found.name(), loaded)
                                        .tooLarge()
                                        .ifPresent(notes::add))
                                .map(loaded -> new Loaded(found, loaded, notes))));
    }

    /** The server's state; fails if no backup may be loaded into it. */
    private Uni<TargetState> fit(LiveOptions options) {
        return server.reach()
                .map(info -> new TargetState(server.address().toString(), info))
                .invoke(state -> state.requireFit(options));
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
    private Uni<Boolean> requireDatabases(LiveOptions options) {
        if (!options.careful()) {
            return Uni.createFrom().item(true);
        }
        return server.hasDatabases(DATABASES).invoke(enough -> {
            if (!enough) {
                refuse(
                        "the server has fewer than " + DATABASES
                                + " databases: a backup with more than it has would end it"
                                + " and keep it from starting again. Raise 'databases', or pass --force if this backup has no more");
            }
        });
    }

    private static void refuse(String reason) {
        throw new RestoreException(reason);
    }

    /** The backup with what was found in it. */
    private Uni<Backup> verified(
            Backup backup, TargetState state, LiveOptions options, BackupReading.Listener listener) {
        state.requireNoCluster(backup, options);
        if (backup.rdb() != null && backup.rdb().version() != null) {
            // Before all of it is read.
            state.requireVersion(backup, options);
        }
        BackupReading reading = reader.open(backup);
        listener.begins(reading);
        return reading.read(reading.bytes());
    }

    private Uni<ServerInfo> load(
            Backup backup,
            TargetState state,
            LiveOptions options,
            ListenAddress address,
            BackupReading.Listener listener) {
        BackupReading reading = reader.open(backup);
        return Uni.createFrom()
                .item(() -> begin(TargetState.replicationId(backup), backup.size()))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .invoke(() -> {
                    listener.step(backup.name() + " is good, " + state.name() + " fetches it");
                    listener.begins(reading);
                })
                .chain(begun -> new LoadAttempt(server, state, reading, address, begun, options.timeout())
                        .run(() -> listener.step("all is sent, " + state.name() + " loads it")))
                .onTermination()
                .invoke(ended::countDown);
    }

    private synchronized FullResync begin(String replicationId, long bytes) {
        if (stopped) {
            refuse("stopped");
        }
        resync = new FullResync(vertx, addresses(), replicationId, bytes, server.timeout(), server.certificate());
        return resync;
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
