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
 * Limits how many backups are read back at a time, by downloads and verifications together: a sidecar must leave its
 * pod's memory and network to Redis.
 */
@ApplicationScoped
class ReadLimit {

    static final int READS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** All places are taken. */
    static final class BusyException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private BusyException() {
            super(READS + " backups are being downloaded or verified, try again when one is done");
        }
    }

    private final Semaphore places = new Semaphore(READS);

    /** The same items; takes a place while subscribed to, fails with {@link BusyException} if there is none. */
    <T> Multi<T> hold(Multi<T> read) {
        return Multi.createFrom()
                .deferred(() -> places.tryAcquire()
                        ? read.onTermination().invoke(() -> places.release())
                        : Multi.createFrom().failure(new BusyException()));
    }

    /** As {@link #hold(Multi)}; gives up a reader who takes an item and then nothing for a minute. */
    <T> Multi<T> hold(Multi<T> read, Runnable hangUp) {
        return giveUpStalled(hold(read), PATIENCE, hangUp);
    }

    /** For readers that ask for one item at a time, as {@code RestMulti}. Time that the source takes does not count. */
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
