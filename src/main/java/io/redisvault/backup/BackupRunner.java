package io.redisvault.backup;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.RunningBackup.BackupStoppedException;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Starts backup runs for all triggers, one at a time. A run continues even if its caller disconnects. Each run ends
 * with a {@link CompletedRun} event.
 */
@ApplicationScoped
public class BackupRunner {

    private static final Logger LOG = Logger.getLogger(BackupRunner.class);
    /** How long the storage may take to clean up an aborted upload. */
    private static final Duration ABORT_TIME = Duration.ofSeconds(5);

    private final BackupPipeline pipeline;
    private final Event<CompletedRun> events;
    private final Clock clock;
    private final Duration shutdownTimeout;
    private final AtomicReference<RunningBackup> current = new AtomicReference<>();
    private volatile CompletedRun last;
    private volatile CompletedRun lastFailure;
    /** Null if there is no backup at shutdown. */
    private volatile Supplier<Role> roleAtStop;
    /** Shutdown deadline, by {@link System#nanoTime}; null until the service stops. */
    private volatile Long stopDeadline;

    BackupRunner(BackupPipeline pipeline, Event<CompletedRun> events, Clock clock, VaultConfig config) {
        this.pipeline = pipeline;
        this.events = events;
        this.clock = clock;
        this.shutdownTimeout = config.backup().shutdownTimeout();
    }

    /**
     * Starts a run immediately, without a subscription. The result emits the outcome and never fails; cancelling it
     * does not stop the run.
     *
     * @throws BackupRunningException if a backup is already running
     */
    public Uni<BackupOutcome> start(Trigger trigger) {
        RunningBackup run = claim(trigger);
        // Check after claiming: then either we see the stop, or stop() sees this run.
        if (stopDeadline != null) {
            current.set(null);
            run.ended().complete(BackupPipeline.failed(new BackupStoppedException()));
        } else {
            begin(run);
        }
        return Uni.createFrom().completionStage(run.ended()::copy);
    }

    private RunningBackup claim(Trigger trigger) {
        RunningBackup run = new RunningBackup(trigger, clock.instant());
        RunningBackup other = current.compareAndExchange(null, run);
        if (other != null) {
            throw new BackupRunningException(other);
        }
        return run;
    }

    private void begin(RunningBackup run) {
        Cancellable work = pipeline.run(run)
                .subscribe()
                .with(outcome -> end(run, outcome), failure -> end(run, BackupPipeline.failed(failure)));
        run.ended().whenComplete((outcome, failure) -> work.cancel());
    }

    /** The running backup; empty if none is running. */
    public Optional<RunningBackup> running() {
        return Optional.ofNullable(current.get());
    }

    /** The last failed run since the process started. */
    public Optional<CompletedRun> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** The last completed run since the process started. */
    public Optional<CompletedRun> last() {
        return Optional.ofNullable(last);
    }

    private void end(RunningBackup run, BackupOutcome outcome) {
        if (!current.compareAndSet(run, null)) {
            return;
        }
        CompletedRun completed = run.completed(outcome);
        last = completed;
        if (outcome instanceof Failed) {
            lastFailure = completed;
        }
        try {
            events.fire(completed);
        } catch (RuntimeException fault) {
            LOG.error("what follows a run failed", fault);
        } finally {
            run.ended().complete(outcome);
        }
    }

    /**
     * Sets the deadline, and aborts the running backup then. Quarkus waits a little longer for open requests before
     * {@link #stop}, so that one that waits for the backup is answered.
     */
    void announceStop(@Observes ShutdownDelayInitiatedEvent event) {
        stopDeadline = System.nanoTime() + shutdownTimeout.toNanos();
        running().ifPresent(run -> CompletableFuture.delayedExecutor(shutdownTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .execute(run::stop));
    }

    /**
     * Requests one more backup when the service stops.
     *
     * @param role last known role of the node: Redis may have stopped by then
     */
    public void backUpAtStop(Supplier<Role> role) {
        roleAtStop = role;
    }

    void stop(@Observes ShutdownEvent event) {
        running().ifPresent(run -> finishOrAbort(run, "the running backup"));
        if (roleAtStop == null) {
            return;
        }
        if (System.nanoTime() >= stopDeadline) {
            LOG.warn("stopping: there is no time left for the last backup; raise SHUTDOWN_TIMEOUT");
        } else {
            RunningBackup run = claim(Trigger.SHUTDOWN);
            run.nodeIs(ServerInfo.unreachable(roleAtStop.get()));
            begin(run);
            finishOrAbort(run, "the last backup");
        }
    }

    /** Waits for a run until the deadline, then makes it fail, which aborts its upload. */
    private void finishOrAbort(RunningBackup run, String what) {
        Duration left = timeLeft(Duration.ZERO);
        LOG.infof("stopping: %s has %d s to finish", what, left.plusMillis(999).toSeconds());
        if (endsWithin(run, left)) {
            return;
        }
        LOG.warnf("stopping: aborting %s", what);
        run.stop();
        if (!endsWithin(run, timeLeft(ABORT_TIME))) {
            end(run, new Failed(Reason.STOPPED, "the storage did not answer while the service stopped", null));
        }
    }

    /** @param more time to add to the deadline */
    private Duration timeLeft(Duration more) {
        return Duration.ofNanos(Math.max(0, stopDeadline + more.toNanos() - System.nanoTime()));
    }

    private static boolean endsWithin(RunningBackup run, Duration time) {
        return run.ended()
                        .copy()
                        .completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS)
                        .join()
                != null;
    }

    /** A run that has ended. */
    public record CompletedRun(
            Trigger trigger, Instant startedAt, Duration duration, Role role, BackupOutcome outcome) {

        public Instant endedAt() {
            return startedAt.plus(duration);
        }

        /** Why the run was skipped; empty if it was not. */
        public Optional<Reason> skipped() {
            return outcome instanceof Skipped skipped ? Optional.of(skipped.reason()) : Optional.empty();
        }
    }

    /** A backup is already running. */
    public static final class BackupRunningException extends RuntimeException {

        BackupRunningException(RunningBackup running) {
            super("a backup is running since " + running.startedAt() + " ("
                    + running.trigger().word() + ")");
        }
    }
}
