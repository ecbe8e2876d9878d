package io.redisvault.backup;

import io.quarkus.scheduler.Scheduled;
import io.redisvault.config.VaultConfig;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Starts the runs that are due. The clock is looked at every second, so that runs stay aligned to it whatever
 * happens to it.
 */
@ApplicationScoped
public class BackupSchedule {

    private static final Logger LOG = Logger.getLogger(BackupSchedule.class);

    private final BackupRunner runner;
    private final Clock clock;
    private final Timetable timetable;
    private final Duration initialDelay;
    private final long startNanos = System.nanoTime();
    private volatile Instant next;

    @Inject
    BackupSchedule(BackupRunner runner, Clock clock, VaultConfig config) {
        this(
                runner,
                clock,
                config.backup()
                        .cron()
                        .map(Timetable::cron)
                        .orElseGet(() -> Timetable.every(config.backup().interval())),
                config.backup().initialDelay());
    }

    BackupSchedule(BackupRunner runner, Clock clock, Timetable timetable, Duration initialDelay) {
        this.runner = runner;
        this.clock = clock;
        this.timetable = timetable;
        this.initialDelay = initialDelay;
    }

    /** When the next run begins; empty before the schedule has started. */
    public Optional<Instant> next() {
        return Optional.ofNullable(next);
    }

    @Scheduled(every = "1s")
    @NonBlocking
    void tick() {
        Instant now = clock.instant();
        Duration delay = initialDelay.minusNanos(System.nanoTime() - startNanos);
        Instant upcoming = timetable.next(delay.isNegative() ? now : now.plus(delay));
        Instant due = next;
        // Earlier than what was planned: the clock was set back.
        if (due == null || upcoming.isBefore(due)) {
            next = upcoming;
            return;
        }
        if (now.isBefore(due)) {
            return;
        }
        next = upcoming;
        if (timetable.next(due).isBefore(upcoming)) {
            LOG.warnf("runs between %s and %s were missed: the process or its machine was paused", due, now);
        }
        run(due);
    }

    private void run(Instant due) {
        try {
            runner.start(Trigger.SCHEDULE);
        } catch (BackupRunningException e) {
            LOG.warnf("the run of %s is left out: %s", due, e.getMessage());
        }
    }
}
