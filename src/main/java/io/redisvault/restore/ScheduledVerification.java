package io.redisvault.restore;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.LogLine;
import io.redisvault.backup.Timetable;
import io.redisvault.backup.Timetable.Tick;
import io.redisvault.config.VaultConfig;
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
 * Verifies the newest backup at the times of {@code VERIFY_CRON}. Runs one verification at a time, and waits for the end
 * of a backup run before it starts one. Fires each {@link Result} as an event.
 */
@ApplicationScoped
public class ScheduledVerification {

    /**
     * Result of a scheduled verification.
     *
     * @param backup name of the verified backup; empty if the verification failed
     * @param failure why the verification failed; empty if it passed
     */
    public record Result(Instant startedAt, Duration duration, Optional<String> backup, Optional<String> failure) {

        public Instant endedAt() {
            return startedAt.plus(duration);
        }
    }

    private static final Logger LOG = Logger.getLogger(ScheduledVerification.class);

    private final Supplier<Uni<Backup>> newest;
    private final BooleanSupplier backupRuns;
    private final BooleanSupplier roleIsSkipped;
    private final Consumer<Result> ends;
    private final Clock clock;
    private final Optional<Timetable> runs;
    private Instant waiting;
    private boolean running;
    private boolean stopped;
    private Cancellable current;
    private volatile Result last;

    @Inject
    ScheduledVerification(
            BackupReader reader, BackupRunner backups, Event<Result> ends, Clock clock, VaultConfig config) {
        this(
                () -> reader.verify(BackupReader.Selection.LATEST, reading -> {}),
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
            Consumer<Result> ends,
            Clock clock,
            Optional<UnaryOperator<Instant>> rule) {
        this.newest = newest;
        this.backupRuns = backupRuns;
        this.roleIsSkipped = roleIsSkipped;
        this.ends = ends;
        this.clock = clock;
        this.runs = rule.map(times -> new Timetable(clock, times, Duration.ZERO));
    }

    /** Result of the last verification; empty if there was none since this process started. */
    public Optional<Result> last() {
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
                .map(backup -> pass(backup, startedAt, since(began)))
                .onFailure()
                .recoverWithItem(failure -> fail(failure, startedAt, since(began)))
                .subscribe()
                .with(this::end);
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private static Result pass(Backup backup, Instant startedAt, Duration duration) {
        LogLine line = new LogLine("verification passed")
                .about("url", backup.url())
                .fact("bytes", backup.bytes())
                .fact("duration_ms", duration.toMillis());
        Optional.ofNullable(backup.note()).ifPresent(note -> line.fact("note", note));
        line.log(LOG, Level.INFO, null);
        return new Result(startedAt, duration, Optional.of(backup.name()), Optional.empty());
    }

    /** Logs a failure. Null if there is no backup because this node's role is not backed up. */
    private Result fail(Throwable failure, Instant startedAt, Duration duration) {
        if (failure instanceof RestoreException.NoBackup && roleIsSkipped.getAsBoolean()) {
            LOG.infof("verification skipped: %s, and its role is not backed up", failure.getMessage());
            return null;
        }
        boolean ours = !RestoreException.isExplained(failure);
        String reason = ours ? "unexpected: " + failure : failure.getMessage();
        new LogLine("verification failed")
                .about("detail", reason)
                .fact("duration_ms", duration.toMillis())
                // Only a bug of ours needs a stack trace.
                .log(LOG, Level.ERROR, ours ? failure : null);
        return new Result(startedAt, duration, Optional.empty(), Optional.of(reason));
    }

    private synchronized void end(Result result) {
        running = false;
        if (result != null) {
            last = result;
            try {
                ends.accept(result);
            } catch (RuntimeException fault) {
                LOG.error("what follows a verification failed", fault);
            }
        }
    }

    /** Cancels a running verification; nothing is lost by that. */
    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (current != null) {
            current.cancel();
        }
    }
}
