package io.redisvault.drill;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCycle;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupRunner;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.BackupSelection;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Verification;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The drill of a service, which has no server to load a dump with: the newest backup is read back and checked. One at a
 * time; what became of it is fired as an event, {@link ServiceDrillResult}.
 */
@ApplicationScoped
public class ServiceDrill {

    private static final Logger LOG = Logger.getLogger(ServiceDrill.class);

    private final Verification verification;
    private final Event<ServiceDrillResult> ends;
    private final Clock clock;
    private final BackupRunner backups;
    private boolean running;
    private boolean stopped;
    private Cancellable current;
    private volatile ServiceDrillResult last;

    ServiceDrill(Verification verification, Event<ServiceDrillResult> ends, Clock clock, BackupRunner backups) {
        this.verification = verification;
        this.ends = ends;
        this.clock = clock;
        this.backups = backups;
    }

    /** The drill that ended last, in this life of the process. */
    public Optional<ServiceDrillResult> last() {
        return Optional.ofNullable(last);
    }

    /** Begins a drill; false if one is under way. */
    synchronized boolean start() {
        if (running) {
            return false;
        }
        if (!stopped) {
            running = true;
            Instant startedAt = clock.instant();
            long began = System.nanoTime();
            current = verification
                    .run(BackupSelection.LATEST, reading -> {})
                    .subscribe()
                    .with(backup -> pass(backup, startedAt, began), failure -> fail(failure, startedAt, began));
        }
        return true;
    }

    private void pass(Backup backup, Instant startedAt, long began) {
        Duration duration = since(began);
        LOG.infof(
                "drill passed: %s is good bytes=%d duration_ms=%d", backup.url(), backup.bytes(), duration.toMillis());
        end(new ServiceDrillResult(startedAt, duration, Optional.of(backup.name()), Optional.empty()));
    }

    private void fail(Throwable failure, Instant startedAt, long began) {
        if (failure instanceof NoBackupException && isSkippedForItsRole()) {
            LOG.infof("drill skipped: %s, and its role is not backed up", failure.getMessage());
            ended();
            return;
        }
        boolean ours = !(failure instanceof NoBackupException
                || failure instanceof InvalidDumpException
                || failure instanceof StorageException);
        Duration duration = since(began);
        String reason = ours ? "unexpected: " + failure : failure.getMessage();
        // Only a fault of ours needs its stack to be understood.
        LOG.error("drill failed: " + reason + " duration_ms=" + duration.toMillis(), ours ? failure : null);
        end(new ServiceDrillResult(startedAt, duration, Optional.empty(), Optional.of(reason)));
    }

    private boolean isSkippedForItsRole() {
        return backups.last().flatMap(BackupCycle::skipped).equals(Optional.of(Reason.ROLE));
    }

    private static Duration since(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private void end(ServiceDrillResult result) {
        last = result;
        try {
            ends.fire(result);
        } finally {
            ended();
        }
    }

    private synchronized void ended() {
        running = false;
    }

    /** What is being read can be read again. */
    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
        if (current != null) {
            current.cancel();
        }
    }
}
