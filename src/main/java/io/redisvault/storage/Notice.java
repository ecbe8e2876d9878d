package io.redisvault.storage;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Says that a server is waited for, once until it answers again: whoever waits for a command should know why. */
public final class Notice {

    private static final Duration OF_FAILURES = Duration.ofSeconds(2);
    private static final Duration OF_SILENCE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(Notice.class);

    private final String server;
    private final AtomicBoolean given = new AtomicBoolean();

    /** @param server such as {@code S3 at https://s3.example.org} */
    public Notice(String server) {
        this.server = server;
    }

    /**
     * Says it if the server has failed for a while.
     *
     * @param passed since the first failure
     * @param limit when it is given up
     */
    public void ofFailure(Duration passed, Duration limit, String reason) {
        if (passed.compareTo(OF_FAILURES) >= 0 && passed.compareTo(limit) < 0) {
            give(limit.minus(passed), reason);
        }
    }

    /** A call that ends soon where all is well; says it if it does not, with the reason that is known by then. */
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

    /** To be called when it has answered. */
    public void clear() {
        given.set(false);
    }
}
