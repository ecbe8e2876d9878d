package io.redisvault.backup;

import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.backup.Timetable.Tick;
import io.redisvault.config.VaultConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** Starts the scheduled backup runs, and retries failed ones. */
@ApplicationScoped
public class BackupSchedule {

    private static final Logger LOG = Logger.getLogger(BackupSchedule.class);
    private static final Duration FIRST_RETRY_PAUSE = Duration.ofMinutes(1);
    /** Limits the pause between retries to about six days. */
    private static final int MAX_DOUBLINGS = 14;

    private final Consumer<Trigger> backup;
    private final Timetable timetable;
    private final Clock clock;
    private int failures;
    private volatile boolean skipWarned;
    private volatile Instant retry;
    /** True from the start of a scheduled run, or from one that was left out, until a run does not fail. */
    private volatile boolean owed;

    @Inject
    BackupSchedule(BackupRunner runner, Clock clock, VaultConfig config) {
        this(
                runner::start,
                clock,
                config.backup()
                        .cron()
                        .map(Timetable::cron)
                        .orElseGet(() -> Timetable.every(config.backup().interval())),
                config.backup().initialDelay());
    }

    /** @param rule returns the first scheduled time strictly after a given time */
    BackupSchedule(Consumer<Trigger> backup, Clock clock, UnaryOperator<Instant> rule, Duration initialDelay) {
        this.backup = backup;
        this.clock = clock;
        this.timetable = new Timetable(clock, rule, initialDelay);
    }

    /** When the next run starts: the next scheduled time, or an earlier retry. */
    public Instant next() {
        Instant retryAt = retry;
        Instant due = timetable.next();
        return retryAt != null && retryAt.isBefore(due) ? retryAt : due;
    }

    void tick(@Observes Tick tick) {
        timetable
                .due()
                .or(() -> Optional.ofNullable(retry)
                        .filter(retryAt -> !clock.instant().isBefore(retryAt)))
                .ifPresent(this::run);
    }

    /** Retries after 1, 2, 4 ... minutes, until the next scheduled run, if a scheduled run is {@link #owed}. */
    void ended(@Observes CompletedRun run) {
        skipWarned = false;
        boolean failed = run.outcome() instanceof BackupOutcome.Failed;
        failures = failed ? Math.min(failures + 1, MAX_DOUBLINGS) : 0;
        owed &= failed;
        retry = owed ? clock.instant().plus(FIRST_RETRY_PAUSE.multipliedBy(1L << failures - 1)) : null;
    }

    private void run(Instant due) {
        retry = null;
        owed = true;
        try {
            backup.accept(Trigger.SCHEDULE);
        } catch (BackupRunningException e) {
            if (!skipWarned) {
                LOG.warnf("the run of %s is left out, and each until this one ends: %s", due, e.getMessage());
            }
            skipWarned = true;
        }
    }
}
