package io.redisvault.drill;

import io.redisvault.backup.BackupRunner;
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
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Starts the drills that are due, if any were asked for. A drill waits for the backup under way to end. */
@ApplicationScoped
class DrillSchedule {

    private static final Logger LOG = Logger.getLogger(DrillSchedule.class);

    private final BooleanSupplier drill;
    private final BooleanSupplier backupRuns;
    private final Optional<DueRuns> runs;
    private volatile Instant waiting;

    @Inject
    DrillSchedule(ServiceDrill drill, BackupRunner backups, Clock clock, VaultConfig config) {
        this(
                drill::start,
                () -> backups.running().isPresent(),
                clock,
                config.drill().cron().map(Timetable::cron));
    }

    DrillSchedule(BooleanSupplier drill, BooleanSupplier backupRuns, Clock clock, Optional<Timetable> timetable) {
        this.drill = drill;
        this.backupRuns = backupRuns;
        this.runs = timetable.map(times -> new DueRuns(clock, times, Duration.ZERO));
    }

    void tick(@Observes Tick tick) {
        runs.flatMap(DueRuns::due).ifPresent(due -> waiting = due);
        if (waiting == null || backupRuns.getAsBoolean()) {
            return;
        }
        if (!drill.getAsBoolean()) {
            LOG.warnf("the drill of %s is left out: the one before it is still under way", waiting);
        }
        waiting = null;
    }
}
