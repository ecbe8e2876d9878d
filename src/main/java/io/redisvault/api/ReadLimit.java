package io.redisvault.api;

import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;

/**
 * How many backups are read back at a time, for downloads and verifications together: a sidecar must leave its pod's
 * memory and network to Redis.
 */
@ApplicationScoped
class ReadLimit {

    static final int READS = 4;

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
}
