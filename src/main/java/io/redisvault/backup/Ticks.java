package io.redisvault.backup;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.Consumer;

/** Fires a {@link Tick} every second for everything that has a schedule. Ticks run on an event loop, one at a time. */
@ApplicationScoped
public class Ticks {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Consumer<Tick> listeners;
    private final Vertx vertx;
    private Long watch;
    private long last;

    @Inject
    Ticks(Event<Tick> ticks, Vertx vertx) {
        this(ticks::fire, vertx);
    }

    Ticks(Consumer<Tick> listeners, Vertx vertx) {
        this.listeners = listeners;
        this.vertx = vertx;
    }

    @Scheduled(every = "1s")
    @NonBlocking
    synchronized void tick() {
        if (watch == null) {
            watch = vertx.setPeriodic(SECOND.toMillis(), timer -> tickIfLate());
        }
        last = System.nanoTime();
        listeners.accept(new Tick());
    }

    /** Cancels the timer: in dev mode Vert.x outlives the application. */
    @PreDestroy
    synchronized void stop() {
        if (watch != null) {
            vertx.cancelTimer(watch);
        }
    }

    /** Fills a gap of Quarkus: after the clock is set back, its scheduler stops until the old time is reached again. */
    private synchronized void tickIfLate() {
        if (System.nanoTime() - last > 2 * SECOND.toNanos()) {
            tick();
        }
    }

    /** About a second has passed. */
    public record Tick() {}
}
