package io.redisvault.backup;

import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.backup.Ticks.Tick;
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

/** Starts the runs that are due. */
@ApplicationScoped
public class BackupSchedule {

    private static final Logger LOG = Logger.getLogger(BackupSchedule.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    /** The longest pause is of six days. */
    private static final int MAX_DOUBLINGS = 14;

    private final Consumer<Trigger> backup;
    private final Timetable timetable;
    private final Clock clock;
    private int failures;
    private volatile boolean leftOut;
    private volatile Instant retry;

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

    /** @param backup starts a run */
    BackupSchedule(Consumer<Trigger> backup, Clock clock, UnaryOperator<Instant> rule, Duration initialDelay) {
        this.backup = backup;
        this.clock = clock;
        this.timetable = new Timetable(clock, rule, initialDelay);
    }

    /** When the next run begins. */
    public Instant next() {
        Instant again = retry;
        Instant due = timetable.next();
        return again != null && again.isBefore(due) ? again : due;
    }

    void tick(@Observes Tick tick) {
        timetable
                .due()
                .or(() -> Optional.ofNullable(retry)
                        .filter(again -> !clock.instant().isBefore(again)))
                .ifPresent(this::run);
    }

    /** A run that failed is tried again after a minute, two, four and so on, until the next run of the schedule. */
    void ended(@Observes CompletedRun run) {
        leftOut = false;
        boolean failed = run.outcome() instanceof BackupOutcome.Failed;
        failures = failed ? Math.min(failures + 1, MAX_DOUBLINGS) : 0;
        boolean again = failed && run.trigger() == Trigger.SCHEDULE;
        retry = again ? clock.instant().plus(FIRST_PAUSE.multipliedBy(1L << failures - 1)) : null;
    }

    private void run(Instant due) {
        retry = null;
        try {
            backup.accept(Trigger.SCHEDULE);
        } catch (BackupRunningException e) {
            if (!leftOut) {
                LOG.warnf("the run of %s is left out, and each until this one ends: %s", due, e.getMessage());
            }
            leftOut = true;
        }
    }
}
