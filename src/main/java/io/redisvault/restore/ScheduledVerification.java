package io.redisvault.restore;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.LogLine;
import io.redisvault.backup.Ticks.Tick;
import io.redisvault.backup.Timetable;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/**
 * Reads the newest backup back and verifies it when {@code VERIFY_CRON} says so, one at a time and never beside a
 * backup run. Fires each {@link VerificationResult} as an event.
 */
@ApplicationScoped
public class ScheduledVerification {

    private static final Logger LOG = Logger.getLogger(ScheduledVerification.class);

    private final Supplier<Uni<Backup>> newest;
    private final BooleanSupplier backupRuns;
    private final BooleanSupplier roleIsSkipped;
    private final Consumer<VerificationResult> ends;
    private final Clock clock;
    private final Optional<Timetable> runs;
    private Instant waiting;
    private boolean running;
    private boolean stopped;
    private Cancellable current;
    private volatile VerificationResult last;

    @Inject
    ScheduledVerification(
            Verification verification,
            BackupRunner backups,
            Event<VerificationResult> ends,
            Clock clock,
            VaultConfig config) {
        this(
                () -> verification.run(BackupSelection.LATEST, reading -> {}),
                () -> backups.running().isPresent(),
                () -> backups.last().flatMap(CompletedRun::skipped).equals(Optional.of(Reason.ROLE)),
                ends::fire,
                clock,
                config.verify().cron().map(Timetable::cron));
    }

    ScheduledVerification(
            Supplier<Uni<Backup>> newest,
            BooleanSupplier backupRuns,
            BooleanSupplier roleIsSkipped,
            Consumer<VerificationResult> ends,
            Clock clock,
            Optional<UnaryOperator<Instant>> rule) {
        this.newest = newest;
        this.backupRuns = backupRuns;
        this.roleIsSkipped = roleIsSkipped;
        this.ends = ends;
        this.clock = clock;
        this.runs = rule.map(times -> new Timetable(clock, times, Duration.ZERO));
    }

    /** The result of the last one since this process started. */
    public Optional<VerificationResult> last() {
        return Optional.ofNullable(last);
    }

    synchronized void tick(@Observes Tick tick) {
        runs.flatMap(Timetable::due).ifPresent(due -> waiting = due);
        if (waiting == null || stopped || backupRuns.getAsBoolean()) {
            return;
        }
        if (running) {
            LOG.warnf("the verification of %s is left out: the one before it is still running", waiting);
        } else {
            running = true;
            start();
        }
        waiting = null;
    }

    private void start() {
        Instant startedAt = clock.instant();
        long began = System.nanoTime();
        current = newest.get()
                .subscribe()
                .with(backup -> pass(backup, startedAt, began), failure -> fail(failure, startedAt, began));
    }

    private void pass(Backup backup, Instant startedAt, long began) {
        Duration duration = since(began);
        LogLine line = new LogLine("verification passed")
                .about("url", backup.url())
                .fact("bytes", backup.bytes())
                .fact("duration_ms", duration.toMillis());
        Optional.ofNullable(backup.note()).ifPresent(note -> line.fact("note", note));
        line.log(LOG, Level.INFO, null);
        end(new VerificationResult(startedAt, duration, Optional.of(backup.name()), Optional.empty()));
    }

    private void fail(Throwable failure, Instant startedAt, long began) {
        if (failure instanceof NoBackupException && roleIsSkipped.getAsBoolean()) {
            LOG.infof("verification skipped: %s, and its role is not backed up", failure.getMessage());
            ended();
            return;
        }
        boolean ours = !(failure instanceof NoBackupException
                || failure instanceof InvalidDumpException
                || failure instanceof RestoreException
                || failure instanceof StorageException);
        Duration duration = since(began);
        String reason = ours ? "unexpected: " + failure : failure.getMessage();
        new LogLine("verification failed")
                .about("detail", reason)
                .fact("duration_ms", duration.toMillis())
                // Only a fault of ours needs its stack to be understood.
                .log(LOG, Level.ERROR, ours ? failure : null);
        end(new VerificationResult(startedAt, duration, Optional.empty(), Optional.of(reason)));
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private void end(VerificationResult result) {
        last = result;
        try {
            ends.accept(result);
        } catch (RuntimeException fault) {
            LOG.error("what follows a verification failed", fault);
        } finally {
            ended();
        }
    }

    private synchronized void ended() {
        running = false;
    }

    /** A verification that is cut short costs nothing but another one. */
    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (current != null) {
            current.cancel();
        }
    }
}
