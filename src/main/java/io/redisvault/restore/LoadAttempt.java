package io.redisvault.restore;

import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.TargetServer;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One attempt to have a running server load one backup. However it ends, the server ends as a master.
 *
 * @param before the server's state
 * @param listen where the server fetches it
 * @param timeout for the loading; by default one that grows with the dump
 */
record LoadAttempt(
        TargetServer server,
        TargetState before,
        BackupReading reading,
        LiveOptions.ListenAddress listen,
        FullResync resync,
        Optional<Duration> timeout) {

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** For a server to connect, which it tries once a second. */
    private static final Duration CONNECTING = Duration.ofSeconds(15);
    /** For a server that is still loading, or starts again, to become a master. */
    static final Duration ENDING = Duration.ofSeconds(30);

    /**
     * The server as it was when it had loaded the backup. Fails with {@link RestoreException}, which says which data the
     * server then holds.
     *
     * @param sent is run when the server has all it needs
     */
    Uni<ServerInfo> run(Runnable sent) {
        Duration loading =
                timeout.orElse(LiveOptions.loadingTime(reading.backup().size()));
        Uni<ServerInfo> loaded = resync.listen(listen)
                .onFailure()
                .transform(failure -> new RestoreException("cannot listen on " + listen + ": " + failure.getMessage()))
                .call(port -> resync.open(reading.bytes()))
                .chain(port -> server.follow(listen.host(), port).onFailure().transform(LoadAttempt::notAllowed))
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

    private static RestoreException notAllowed(Throwable refused) {
        String reason = refused.getMessage();
        if (reason.contains("NOPERM")) {
            reason += "; SECURITY.md has the rights that --into takes";
        } else if (reason.contains("unknown command")) {
            reason += "; a managed service does not take a master by command: use its own import of a dump";
        }
        return new RestoreException(reason);
    }

    /** True if the server takes no such command from us, so that none can be on its way. */
    private static boolean isRefusal(Throwable failure) {
        return failure.getMessage().contains("NOPERM") || failure.getMessage().contains("unknown command");
    }

    private Uni<ServerInfo> state(Predicate<ServerInfo> wanted, Duration limit) {
        return ServerInfo.until(wanted, server.info()).ifNoItem().after(limit).fail();
    }

    private Uni<TargetState> endAsMaster() {
        return server.info()
                // Also a master: a command to follow that it has not answered may still be on its way.
                .chain(info -> server.promote()
                        .onFailure(refused -> info.field("role").equals("master") && isRefusal(refused))
                        .recoverWithNull())
                .chain(server::info)
                .map(info -> new TargetState(before.name(), info))
                // It may be loading, or starting again.
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
