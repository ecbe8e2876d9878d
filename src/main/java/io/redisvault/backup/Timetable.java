package io.redisvault.backup;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Says when a scheduled run is due. It is asked every second instead of setting a timer, so that runs stay aligned to
 * the clock even if the clock is changed. Only one thread may call {@link #due} at a time.
 */
public final class Timetable {

    private static final Logger LOG = Logger.getLogger(Timetable.class);

    private final Clock clock;
    private final UnaryOperator<Instant> rule;
    private final Duration initialDelay;
    private final long startNanos = System.nanoTime();
    private volatile Instant next;

    /**
     * @param rule returns the first run strictly after a given time
     * @param initialDelay no run starts this long from now
     */
    public Timetable(Clock clock, UnaryOperator<Instant> rule, Duration initialDelay) {
        this.clock = clock;
        this.rule = rule;
        this.initialDelay = initialDelay;
    }

    /** A rule for runs at multiples of an interval since the Unix epoch. The interval counts in whole milliseconds. */
    static UnaryOperator<Instant> every(Duration interval) {
        long period = interval.toMillis();
        return time -> Instant.ofEpochMilli((Math.floorDiv(time.toEpochMilli(), period) + 1) * period);
    }

    /** A rule for runs by a five-field cron expression in UTC. */
    public static UnaryOperator<Instant> cron(String expression) {
        ExecutionTime times = ExecutionTime.forCron(
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(expression));
        return time -> times.nextExecution(time.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toInstant)
                .orElse(Instant.MAX);
    }

    /** When the next run starts; {@link Instant#MAX} if never. */
    public Instant next() {
        Instant planned = next;
        return planned == null ? upcoming() : planned;
    }

    private Instant upcoming() {
        Duration delay = delay();
        return rule.apply(clock.instant().plus(delay.isNegative() ? Duration.ZERO : delay));
    }

    /** The rest of the initial delay; negative when it is over. */
    private Duration delay() {
        return initialDelay.minusNanos(System.nanoTime() - startNanos);
    }

    /** Returns the planned time of a run that is due, once per run; otherwise empty. */
    public Optional<Instant> due() {
        Instant now = clock.instant();
        Instant upcoming = upcoming();
        Instant due = next;
        // An earlier run than planned means that the clock was set back. In the initial delay it may be set forward.
        if (due == null || upcoming.isBefore(due) || delay().compareTo(Duration.ZERO) > 0) {
            next = upcoming;
            return Optional.empty();
        }
        if (now.isBefore(due)) {
            return Optional.empty();
        }
        next = upcoming;
        if (rule.apply(due).isBefore(upcoming)) {
            LOG.warnf("runs between %s and %s were missed: the process or its machine was paused", due, now);
        }
        return Optional.of(due);
    }

    /** About a second has passed. */
    public record Tick() {}

    /** Fires a {@link Tick} every second for everything that has a schedule. Ticks run on an event loop, one at a time. */
    @ApplicationScoped
    static class Ticks {

        private static final Duration SECOND = Duration.ofSeconds(1);

        private final Event<Tick> listeners;
        private final Vertx vertx;
        private Long watch;
        private long last;

        Ticks(Event<Tick> listeners, Vertx vertx) {
            this.listeners = listeners;
            this.vertx = vertx;
        }

        /** The one clock of the service. */
        @Produces
        @Singleton
        static Clock system() {
            return Clock.systemUTC();
        }

        @Scheduled(every = "1s")
        @NonBlocking
        synchronized void tick() {
            if (watch == null) {
                watch = vertx.setPeriodic(SECOND.toMillis(), timer -> tickIfLate());
            }
            last = System.nanoTime();
            listeners.fire(new Tick());
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
    }
}
