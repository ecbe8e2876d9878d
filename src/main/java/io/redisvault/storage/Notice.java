package io.redisvault.storage;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Logs once that a silent server is waited for, so that users know why a command takes so long. */
public final class Notice {

    private static final Duration OF_FAILURES = Duration.ofSeconds(2);
    private static final Duration OF_SILENCE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(Notice.class);

    private final String server;
    private final AtomicBoolean given = new AtomicBoolean();

    /** @param server its name for the log, for example {@code S3 at https://s3.example.org} */
    public Notice(String server) {
        this.server = server;
    }

    /**
     * Logs the wait if the server has failed for some seconds.
     *
     * @param passed time since the first failure
     * @param limit when the caller gives up, counted from the first failure
     */
    public void ofFailure(Duration passed, Duration limit, String reason) {
        if (passed.compareTo(OF_FAILURES) >= 0 && passed.compareTo(limit) < 0) {
            give(limit.minus(passed), reason);
        }
    }

    /**
     * Returns a call that is expected to end soon. Logs the wait if it does not.
     *
     * @param limit when the caller gives up, counted from the start of the call
     * @param reason asked for when the wait is logged
     */
    public <T> Uni<T> ofSilence(Supplier<Duration> limit, Supplier<String> reason, Uni<T> call) {
        return Uni.createFrom().deferred(() -> {
            Cancellable timer = Uni.createFrom()
                    .voidItem()
                    .onItem()
                    .delayIt()
                    .by(OF_SILENCE)
                    .subscribe()
                    .with(silent -> give(limit.get().minus(OF_SILENCE), reason.get()));
            return call.onTermination().invoke(timer::cancel);
        });
    }

    private void give(Duration left, String reason) {
        if (left.toSeconds() > 0 && !given.getAndSet(true)) {
            LOG.warnf("waiting for %s, up to %d s more (STORAGE_TIMEOUT): %s", server, left.toSeconds(), reason);
        }
    }

    /** Ends the notice; call it when the server has answered. */
    public void clear() {
        given.set(false);
    }
}
