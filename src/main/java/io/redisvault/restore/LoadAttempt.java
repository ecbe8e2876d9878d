package io.redisvault.restore;

import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import io.redisvault.redis.TargetServer;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One attempt to load one backup into a running server. However it ends, it makes the server a master again.
 *
 * @param before state of the server before the attempt
 * @param listen our address, from which the server fetches the backup
 * @param timeout how long loading may take; if empty, it grows with the dump
 */
record LoadAttempt(
        TargetServer server,
        TargetState before,
        BackupReading reading,
        LiveRestore.ListenAddress listen,
        FullResync resync,
        Optional<Duration> timeout) {

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** Limit for the server to connect; it tries once a second. */
    private static final Duration CONNECTING = Duration.ofSeconds(15);
    /** Limit for a server that is loading or restarting to become a master. */
    static final Duration ENDING = Duration.ofSeconds(30);

    /**
     * Loads the backup; returns the server's INFO after that. Fails with {@link RestoreException}, which says which data
     * the server now holds.
     *
     * @param sent is run when the whole dump was sent
     */
    Uni<ServerInfo> run(Runnable sent) {
        Duration loading =
                timeout.orElse(LiveRestore.Options.loadingTime(reading.backup().size()));
        Uni<ServerInfo> loaded = resync.listen(listen)
                .onFailure()
                .transform(failure -> new RestoreException("cannot listen on " + listen + ": " + failure.getMessage()))
                .call(port -> resync.open(reading.bytes()))
                .chain(port -> server.follow(listen.host(), port).onFailure().transform(LoadAttempt::refusal))
                .chain(() -> state(resync::accept, CONNECTING))
                .onFailure(TimeoutException.class)
                .transform(late -> new RestoreException(
                        "the server did not fetch the backup from " + listen.host() + resync.complaint()))
                .chain(resync::send)
                .invoke(sent)
                .chain(() ->
                        state(info -> new TargetState(before.name(), info).hasLoaded(resync.replicationId()), loading))
                .onFailure(TimeoutException.class)
                .transform(late -> new RestoreException(
                        "the server had not loaded the backup after " + loading.toSeconds() + " s"));
        return Uni.combine()
                .any()
                .of(loaded, resync.broken().map(never -> before.info()))
                .call(this::endAsMaster)
                .onFailure()
                .recoverWithUni(this::failed)
                .onCancellation()
                .call(this::endAsMaster)
                .onTermination()
                .call(resync::close);
    }

    private static RestoreException refusal(Throwable refused) {
        String reason = refused.getMessage();
        if (reason.contains("NOPERM")) {
            reason += "; SECURITY.md has the rights that --into takes";
        } else if (reason.contains("unknown command")) {
            reason += "; a managed service does not take a master by command: use its own import of a dump";
        }
        return new RestoreException(reason);
    }

    /** True if the server refuses our REPLICAOF, so that no earlier one can be pending. */
    private static boolean isRefusal(Throwable failure) {
        return failure.getMessage().contains("NOPERM") || failure.getMessage().contains("unknown command");
    }

    private Uni<ServerInfo> state(Predicate<ServerInfo> wanted, Duration limit) {
        return ServerInfo.until(wanted, server.info()).ifNoItem().after(limit).fail();
    }

    private Uni<TargetState> endAsMaster() {
        return server.info()
                // Promote a master, too: a REPLICAOF that it has not answered may still reach it.
                .chain(info -> server.promote()
                        .onFailure(refused -> info.role() == Role.MASTER && isRefusal(refused))
                        .recoverWithNull())
                .chain(server::info)
                .map(info -> new TargetState(before.name(), info))
                // The server may be loading or restarting.
                .onFailure()
                .retry()
                .withBackOff(PAUSE, LONGEST_PAUSE)
                .expireIn(ENDING.toMillis());
    }

    private Uni<ServerInfo> failed(Throwable failure) {
        String reason = "loading " + reading.backup().name() + " into " + before.name() + " failed: "
                + (RestoreException.isExplained(failure) ? failure.getMessage() : "unexpected: " + failure);
        return resync.close()
                .chain(this::endAsMaster)
                .map(after -> "; it is a master, and "
                        + after.heldAfter(resync.replicationId(), before.info().totalKeys()))
                .onFailure()
                .recoverWithItem(stuck -> "; it could not be made a master again (" + stuck.getMessage()
                        + "): tell it REPLICAOF NO ONE when it answers")
                .chain(ending -> Uni.createFrom().failure(new RestoreException(reason + ending)));
    }
}
