package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import io.redisvault.schedule.DueRuns;
import io.redisvault.schedule.Tick;
import io.redisvault.schedule.Timetable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Starts the runs that are due. */
@ApplicationScoped
public class BackupSchedule {

    private static final Logger LOG = Logger.getLogger(BackupSchedule.class);

    private final BackupRunner runner;
    private final DueRuns runs;

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
        this.runs = new DueRuns(clock, timetable, initialDelay);
    }

    /** When the next run begins; empty before the schedule has started. */
    public Optional<Instant> next() {
        return runs.next();
    }

    void tick(@Observes Tick tick) {
        runs.due().ifPresent(this::run);
    }

    private void run(Instant due) {
        try {
            runner.start(Trigger.SCHEDULE);
        } catch (BackupRunningException e) {
            LOG.warnf("the run of %s is left out: %s", due, e.getMessage());
        }
    }
}
