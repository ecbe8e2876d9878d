package io.redisvault.api;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Limits how many backups are read at the same time, by downloads and verifications together: a sidecar must leave the
 * pod's memory and network to Redis.
 */
@ApplicationScoped
class ReadLimit {

    static final int READS = 4;
    private static final Duration READER_TIMEOUT = Duration.ofMinutes(1);

    /** Too many backups are being read. */
    static final class BusyException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private BusyException() {
            super(READS + " backups are being downloaded or verified, try again when one is done");
        }
    }

    private final Semaphore places = new Semaphore(READS);

    /** Holds one of {@link #READS} places until the stream ends. Fails with {@link BusyException} if none is free. */
    <T> Multi<T> hold(Multi<T> read) {
        return Multi.createFrom()
                .deferred(() -> places.tryAcquire()
                        ? read.onTermination().invoke(() -> places.release())
                        : Multi.createFrom().failure(new BusyException()));
    }

    /** Like {@link #hold(Multi)}, and drops a reader that takes an item and then requests nothing for a minute. */
    <T> Multi<T> hold(Multi<T> read, Runnable hangUp) {
        return giveUpStalled(hold(read), READER_TIMEOUT, hangUp);
    }

    /**
     * Drops a reader that waits too long before its next request. Time that the source takes does not count. Works
     * only for readers that request one item at a time, like {@code RestMulti}.
     */
    static <T> Multi<T> giveUpStalled(Multi<T> read, Duration patience, Runnable hangUp) {
        AtomicReference<Subscription> reading = new AtomicReference<>();
        AtomicReference<Future<?>> timer = new AtomicReference<>(CompletableFuture.completedFuture(null));
        Runnable giveUp = () -> {
            reading.get().cancel();
            hangUp.run();
        };
        return read.onSubscription()
                .invoke(reading::set)
                .onItem()
                .invoke(() -> timer.getAndSet(Infrastructure.getDefaultWorkerPool()
                                .schedule(giveUp, patience.toMillis(), TimeUnit.MILLISECONDS))
                        .cancel(false))
                .onRequest()
                .invoke(() -> timer.get().cancel(false))
                .onTermination()
                .invoke(() -> timer.get().cancel(false));
    }
}
