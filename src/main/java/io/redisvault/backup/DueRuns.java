package io.redisvault.backup;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Says when a run is due, to one who asks every second: so runs stay aligned to the clock whatever happens to it. Asked
 * by one thread at a time.
 */
public final class DueRuns {

    private static final Logger LOG = Logger.getLogger(DueRuns.class);

    private final Clock clock;
    private final Timetable timetable;
    private final Duration initialDelay;
    private final long startNanos = System.nanoTime();
    private volatile Instant next;

    /** @param initialDelay without runs, from now on */
    public DueRuns(Clock clock, Timetable timetable, Duration initialDelay) {
        this.clock = clock;
        this.timetable = timetable;
        this.initialDelay = initialDelay;
    }

    /** When the next run begins. */
    public Instant next() {
        Instant planned = next;
        return planned == null ? upcoming() : planned;
    }

    private Instant upcoming() {
        Instant now = clock.instant();
        Duration delay = initialDelay.minusNanos(System.nanoTime() - startNanos);
        return timetable.next(delay.isNegative() ? now : now.plus(delay));
    }

    /** The time of the run that is due; said once. */
    public Optional<Instant> due() {
        Instant now = clock.instant();
        Instant upcoming = upcoming();
        Instant due = next;
        // Earlier than what was planned: the clock was set back.
        if (due == null || upcoming.isBefore(due)) {
            next = upcoming;
            return Optional.empty();
        }
        if (now.isBefore(due)) {
            return Optional.empty();
        }
        next = upcoming;
        if (timetable.next(due).isBefore(upcoming)) {
            LOG.warnf("runs between %s and %s were missed: the process or its machine was paused", due, now);
        }
        return Optional.of(due);
    }
}
