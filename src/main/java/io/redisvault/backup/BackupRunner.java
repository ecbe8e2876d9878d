package io.redisvault.backup;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.NodeState;
import io.redisvault.redis.Role;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private record Flight(RunningBackup run, long beganNanos, CompletableFuture<BackupOutcome> ended) {}

    private final BackupPipeline pipeline;
    private final Consumer<CompletedRun> ends;
    private final Clock clock;
    private final Duration shutdownTimeout;
    private final AtomicReference<Flight> current = new AtomicReference<>();
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
        Flight flight = take(trigger);
        // Only now: either this sees that the service stops, or what stops it sees this run.
        if (stopsAt != null) {
            current.set(null);
            flight.ended().complete(BackupPipeline.failed(new BackupStoppedException()));
        } else {
            run(flight);
        }
        return Uni.createFrom().completionStage(flight.ended()::copy);
    }

    private Flight take(Trigger trigger) {
        Flight flight =
                new Flight(new RunningBackup(trigger, clock.instant()), System.nanoTime(), new CompletableFuture<>());
        Flight other = current.compareAndExchange(null, flight);
        if (other != null) {
            throw new BackupRunningException(other.run());
        }
        return flight;
    }

    private void run(Flight flight) {
        Cancellable running = pipeline.run(flight.run())
                .subscribe()
                .with(outcome -> end(flight, outcome), failure -> end(flight, BackupPipeline.failed(failure)));
        flight.ended().whenComplete((outcome, failure) -> running.cancel());
    }

    /** The run under way. */
    public Optional<RunningBackup> running() {
        return Optional.ofNullable(current.get()).map(Flight::run);
    }

    /** The run that failed last, in this life of the process. */
    public Optional<CompletedRun> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** The run that ended last, in this life of the process. */
    public Optional<CompletedRun> last() {
        return Optional.ofNullable(last);
    }

    private void end(Flight flight, BackupOutcome outcome) {
        if (!current.compareAndSet(flight, null)) {
            return;
        }
        CompletedRun run = new CompletedRun(
                flight.run().trigger(),
                flight.run().startedAt(),
                Duration.ofNanos(System.nanoTime() - flight.beganNanos()),
                flight.run().role(),
                outcome);
        last = run;
        if (outcome instanceof Failed) {
            lastFailure = run;
        }
        try {
            ends.accept(run);
        } catch (RuntimeException fault) {
            LOG.error("what follows a run failed", fault);
        } finally {
            flight.ended().complete(outcome);
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
        Flight running = current.get();
        if (running != null) {
            finish(running, "the running backup");
        }
        if (roleAtStop == null) {
            return;
        }
        if (System.nanoTime() >= stopsAt) {
            LOG.warn("stopping: there is no time left for the last backup; raise SHUTDOWN_TIMEOUT");
        } else {
            Flight flight = take(Trigger.SHUTDOWN);
            flight.run().nodeIs(NodeState.unreachable(roleAtStop.get()));
            run(flight);
            finish(flight, "the last backup");
        }
    }

    /** Lets a backup finish for as long as the setting allows, then makes it fail, which aborts its upload. */
    private void finish(Flight flight, String what) {
        Duration left = Duration.ofNanos(Math.max(0, stopsAt - System.nanoTime()));
        LOG.infof("stopping: %s has %d s to finish", what, left.plusMillis(999).toSeconds());
        if (endsWithin(flight, left)) {
            return;
        }
        LOG.warnf("stopping: aborting %s", what);
        flight.run().stop();
        if (!endsWithin(flight, ABORT_TIME)) {
            end(flight, new Failed(Reason.STOPPED, "the storage did not answer while the service stopped", null));
        }
    }

    private static boolean endsWithin(Flight flight, Duration time) {
        try {
            flight.ended().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
