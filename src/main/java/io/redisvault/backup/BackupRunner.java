package io.redisvault.backup;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.RunningBackup.BackupStoppedException;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.Role;
import io.redisvault.redis.ServerInfo;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Runs one run at a time, whoever asks for it, and sees it through although the asker may leave.
 *
 * <p>What became of a run is fired as an event, {@link CompletedRun}.
 */
@ApplicationScoped
public class BackupRunner {

    private static final Logger LOG = Logger.getLogger(BackupRunner.class);
    /** For the storage to take back what an aborted upload left. */
    private static final Duration ABORT_TIME = Duration.ofSeconds(5);

    private final BackupPipeline pipeline;
    private final Consumer<CompletedRun> ends;
    private final Clock clock;
    private final Duration shutdownTimeout;
    private final AtomicReference<RunningBackup> current = new AtomicReference<>();
    private volatile CompletedRun last;
    private volatile CompletedRun lastFailure;
    /** Null if the stop takes no backup. */
    private volatile Supplier<Role> roleAtStop;
    /** In {@link System#nanoTime}; null unless the service stops. */
    private volatile Long stopsAt;

    @Inject
    BackupRunner(BackupPipeline pipeline, Event<CompletedRun> ends, Clock clock, VaultConfig config) {
        this(pipeline, ends::fire, clock, config);
    }

    /** @param ends is told of each run that has ended */
    BackupRunner(BackupPipeline pipeline, Consumer<CompletedRun> ends, Clock clock, VaultConfig config) {
        this.pipeline = pipeline;
        this.ends = ends;
        this.clock = clock;
        this.shutdownTimeout = config.backup().shutdownTimeout();
    }

    /**
     * Starts a run at once; the result tells how it ended.
     *
     * @throws BackupRunningException if one is under way
     */
    public Uni<BackupOutcome> start(Trigger trigger) {
        RunningBackup run = take(trigger);
        // Only now: either this sees that the service stops, or what stops it sees this run.
        if (stopsAt != null) {
            current.set(null);
            run.ended().complete(BackupPipeline.failed(new BackupStoppedException()));
        } else {
            begin(run);
        }
        return Uni.createFrom().completionStage(run.ended()::copy);
    }

    private RunningBackup take(Trigger trigger) {
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

    /** The run under way. */
    public Optional<RunningBackup> running() {
        return Optional.ofNullable(current.get());
    }

    /** The run that failed last, in this life of the process. */
    public Optional<CompletedRun> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** The run that ended last, in this life of the process. */
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
            ends.accept(completed);
        } catch (RuntimeException fault) {
            LOG.error("what follows a run failed", fault);
        } finally {
            run.ended().complete(outcome);
        }
    }

    /** Comes first: after it Quarkus waits for the requests under way, of which one may wait for the running backup. */
    void announceStop(@Observes ShutdownDelayInitiatedEvent event) {
        stopsAt = System.nanoTime() + shutdownTimeout.toNanos();
    }

    /**
     * Makes the stop of the service take one more backup.
     *
     * @param role of the node before: Redis, which stops first, will not tell it any more
     */
    public void backUpAtStop(Supplier<Role> role) {
        roleAtStop = role;
    }

    void stop(@Observes ShutdownEvent event) {
        running().ifPresent(run -> finish(run, "the running backup"));
        if (roleAtStop == null) {
            return;
        }
        if (System.nanoTime() >= stopsAt) {
            LOG.warn("stopping: there is no time left for the last backup; raise SHUTDOWN_TIMEOUT");
        } else {
            RunningBackup run = take(Trigger.SHUTDOWN);
            run.nodeIs(ServerInfo.unreachable(roleAtStop.get()));
            begin(run);
            finish(run, "the last backup");
        }
    }

    /** Lets a backup finish for as long as the setting allows, then makes it fail, which aborts its upload. */
    private void finish(RunningBackup run, String what) {
        Duration left = Duration.ofNanos(Math.max(0, stopsAt - System.nanoTime()));
        LOG.infof("stopping: %s has %d s to finish", what, left.plusMillis(999).toSeconds());
        if (endsWithin(run, left)) {
            return;
        }
        LOG.warnf("stopping: aborting %s", what);
        run.stop();
        if (!endsWithin(run, ABORT_TIME)) {
            end(run, new Failed(Reason.STOPPED, "the storage did not answer while the service stopped", null));
        }
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

        /** Why there was nothing to store; empty if there was. */
        public Optional<Reason> skipped() {
            return outcome instanceof Skipped skipped ? Optional.of(skipped.reason()) : Optional.empty();
        }
    }

    /** One run at a time: another is under way. */
    public static final class BackupRunningException extends RuntimeException {

        BackupRunningException(RunningBackup running) {
            super("a backup is running since " + running.startedAt() + " (" + running.trigger() + ")");
        }
    }
}
