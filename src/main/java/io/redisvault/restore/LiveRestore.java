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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Loads a backup into a running server without a restart. Meanwhile the server is a replica of this process. */
@ApplicationScoped
public class LiveRestore {

    /** Default value of Redis' own setting {@code databases}. */
    private static final int DATABASES = 16;

    /**
     * A backup that a running server has loaded.
     *
     * @param backup the backup with the facts found in its dump
     * @param server INFO of the server after loading; its key counts include expired keys
     * @param notes warnings for people
     */
    public record Loaded(Backup backup, ServerInfo server, List<String> notes) {}

    /**
     * Options for loading a backup into a running server.
     *
     * @param listen our address, from which the server fetches the backup; if empty, a free port on the loopback address
     * @param force whether to replace the server's keys, and to try a dump that the server may not load
     * @param scratch whether the server is only there for a drill: it must be empty, and loading may crash it
     * @param timeout how long loading may take; if empty, it grows with the dump
     */
    public record Options(Optional<ListenAddress> listen, boolean force, boolean scratch, Optional<Duration> timeout) {

        private static final Duration SHORTEST = Duration.ofMinutes(1);

        /** Even slow servers on slow disks load faster than this. */
        private static final long BYTES_PER_SECOND = 4 << 20;

        /** True if everything that may crash the server or lose its data is refused. */
        boolean careful() {
            return !force && !scratch;
        }

        /** Default time limit for loading a dump of this size. */
        public static Duration loadingTime(long bytes) {
            return SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND);
        }
    }

    /**
     * An address of this machine.
     *
     * @param host name or IP address; IPv6 without brackets
     * @param port 0 for any free port
     */
    public record ListenAddress(String host, int port) {

        private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");
        private static final int LARGEST_PORT = 65_535;

        /**
         * Reads {@code HOST:PORT}.
         *
         * @throws IllegalArgumentException if the text has another form
         */
        public static ListenAddress parse(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches() || Integer.parseInt(parts.group(3)) > LARGEST_PORT) {
                throw new IllegalArgumentException("is not HOST:PORT, such as 10.0.0.7:7000");
            }
            String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
            return new ListenAddress(host, Integer.parseInt(parts.group(3)));
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

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
     * Loads a backup; call it once per process. The backup is read twice: first to verify all of it, then to send it.
     * Fails with {@link RestoreException}, which says which data the server holds if the server was changed. Fails with
     * {@link RestoreException.NoBackup}, {@link StorageException} and {@link RedisUnavailableException} only before that.
     */
    public Uni<Loaded> run(BackupReader.Selection selection, Options options, BackupReading.Listener listener) {
        List<String> notes = new ArrayList<>();
        return Uni.createFrom()
                .item(() -> options.listen().orElseGet(this::loopback))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(address -> requireFit(options)
                        .call(() -> requireNoSentinel(notes))
                        .call(() -> requireDatabases(options))
                        .chain(state ->
                                reader.selectGood(selection, backup -> verified(backup, state, options, listener)))
                        // Check again: the server may have changed while the backup was read.
                        .chain(found -> requireFit(options)
                                .invoke(state -> state.requireLoads(found, options))
                                .chain(state -> load(found, state, options, address, listener))
                                .invoke(loaded -> new TargetState(found.name(), loaded)
                                        .tooLarge()
                                        .ifPresent(notes::add))
                                .map(loaded -> new Loaded(found, loaded, notes))));
    }

    /** The server's state; fails if the server cannot take any backup. */
    private Uni<TargetState> requireFit(Options options) {
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

    /** We do not parse the whole dump, so we do not know how many databases it needs. Requires the usual number. */
    private Uni<Boolean> requireDatabases(Options options) {
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

    /** Reads and verifies the backup; returns it with the facts found in its dump. */
    private Uni<Backup> verified(Backup backup, TargetState state, Options options, BackupReading.Listener listener) {
        state.requireNoCluster(backup, options);
        if (backup.rdb() != null && backup.rdb().version() != null) {
            // Refuse early, before reading the whole backup.
            state.requireVersion(backup, options);
        }
        BackupReading reading = reader.open(backup);
        listener.begins(reading);
        return reading.read(reading.bytes());
    }

    private Uni<ServerInfo> load(
            Backup backup, TargetState state, Options options, ListenAddress address, BackupReading.Listener listener) {
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

    /** Tells whether the server may connect from an IP address. */
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

    /** Aborts a load, and waits until the server is a master again. */
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
