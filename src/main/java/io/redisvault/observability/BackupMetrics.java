package io.redisvault.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.redisvault.VaultVersion;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.BackupSchedule;
import io.redisvault.backup.NodeNameConflict;
import io.redisvault.backup.RunningBackup;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.Role;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Counts backup runs for Prometheus: the Rust version's metrics under their names, and more. */
@ApplicationScoped
class BackupMetrics {

    private final BackupRunner runner;
    private final BackupSchedule schedule;
    private final NodeNameConflict rivals;
    private final StoredBackups stored;
    private final Clock clock;
    private final MeterRegistry registry;
    private final Counter runs;
    private final Counter successful;
    private final Counter failed;
    private final Counter skipped;
    private final Counter uploads;
    private final Counter deletes;
    private final Counter cleanups;
    private final Counter deleted;
    private final Counter deleteFailures;
    private final DistributionSummary size;
    private final Timer duration;

    private volatile Instant lastGood;
    private volatile Instant lastFailure;
    private volatile Instant dumpTime;

    BackupMetrics(
            MeterRegistry registry,
            BackupRunner runner,
            BackupSchedule schedule,
            NodeNameConflict rivals,
            StoredBackups stored,
            Clock clock) {
        this.rivals = rivals;
        this.stored = stored;
        this.registry = registry;
        this.runner = runner;
        this.schedule = schedule;
        this.clock = clock;
        runs = counter("backups", "Backup runs that ended");
        successful = counter("backups.successful", "Runs that stored a backup or found the dump stored already");
        failed = counter("backups.failed", "Runs that failed");
        skipped = counter("backups.skipped", "Runs with nothing to store");
        uploads = counter("storage.uploads", "Uploads that were completed or failed");
        deletes = counter("storage.deletes", "Deletions that were tried");
        cleanups = counter("cleanup.operations", "Runs of the retention policy");
        deleted = counter("backups.deleted", "Backups that the retention policy deleted");
        deleteFailures = counter("cleanup.failures", "Backups that the retention policy could not find or delete");
        size = DistributionSummary.builder("redis_vault.backup.size")
                .baseUnit("bytes")
                .description("Size of stored backups")
                .serviceLevelObjectives(1 << 20, 1 << 24, 1 << 28, 1L << 30, 1L << 32, 1L << 34, 1L << 36)
                .register(registry);
        duration = Timer.builder("redis_vault.backup.duration")
                .description("Time that runs took")
                .serviceLevelObjectives(seconds(0.1, 1, 5, 15, 60, 300, 900, 3600))
                .register(registry);
    }

    void registerGauges(@Observes StartupEvent event, RedisNode redis) {
        Gauge.builder("redis_vault.redis.save.failed", redis, node -> node.saveFailed() ? 1 : 0)
                .description("1 if the last save of Redis had failed at the last run")
                .register(registry);
        time(
                "last.backup.timestamp",
                "When a run last stored a backup or found it stored; after a start the time of the newest backup",
                BackupMetrics::lastBackup);
        time("last.failure.timestamp", "When a run last failed", self -> epoch(self.lastFailure));
        time("next.run.timestamp", "When the next scheduled run begins", self -> epoch(self.schedule.next()));
        time("dump.age", "Age of the dump that was last looked at", BackupMetrics::dumpAge);
        Gauge.builder(
                        "redis_vault.backup.running",
                        runner,
                        state -> state.running().isPresent() ? 1 : 0)
                .description("1 while a run is under way")
                .register(registry);
        Gauge.builder("redis_vault.backup.in.progress", runner, BackupMetrics::bytesDone)
                .baseUnit("bytes")
                .description("Bytes of the dump handed to the storage in the running backup")
                .register(registry);
        Gauge.builder(
                        "redis_vault.rival.sidecar",
                        rivals,
                        noticed -> noticed.finding().isPresent() ? 1 : 0)
                .description("1 if another sidecar was seen to store backups under this node's name")
                .register(registry);
        Gauge.builder("redis_vault.info", () -> 1)
                .tag("version", VaultVersion.CURRENT)
                .description("Always 1; tells the version")
                .register(registry);
        Gauge.builder("redis_vault.stored.backups", this, self -> self.stored(NodeBackups::backups))
                .description("Backups of this node in the storage after the last run")
                .register(registry);
        Gauge.builder("redis_vault.stored", this, self -> self.stored(NodeBackups::bytes))
                .baseUnit("bytes")
                .description("Bytes of these backups")
                .register(registry);
        time(
                "newest.backup.timestamp",
                "When Redis wrote the dump of the newest of these backups",
                self -> self.stored(known -> epoch(known.newest())));
        time(
                "oldest.backup.timestamp",
                "When Redis wrote the dump of the oldest of these backups",
                self -> self.stored(known -> epoch(known.oldest())));
        for (Role role : Role.values()) {
            Gauge.builder("redis_vault.redis.role", runner, state -> isRole(state, role))
                    .tag("role", role.word())
                    .description("1 for the role Redis had in the last run")
                    .register(registry);
        }
    }

    void count(@Observes CompletedRun run) {
        BackupOutcome outcome = run.outcome();
        runs.increment();
        duration.record(run.duration());
        if (outcome instanceof Stored stored) {
            uploads.increment();
            size.record(stored.backup().bytes());
            good(run, stored.backup().timestamp(), stored.retention());
        } else if (outcome instanceof Skipped nothing) {
            skipped.increment();
            if (nothing.reason() == Reason.UNCHANGED) {
                good(run, nothing.backup().timestamp(), nothing.retention());
            } else if (nothing.reason() == Reason.ROLE) {
                // Of a node that is not backed up, no dump is looked at: its age would only grow.
                dumpTime = null;
            }
        } else if (outcome instanceof Failed failure) {
            failed.increment();
            lastFailure = run.endedAt();
            if (failure.reason() == Reason.STORAGE) {
                uploads.increment();
            }
        }
    }

    private void good(CompletedRun run, Instant dump, RetentionResult retention) {
        successful.increment();
        lastGood = run.endedAt();
        dumpTime = dump;
        cleanups.increment();
        deleted.increment(retention.deleted().size());
        deleteFailures.increment(retention.notDeleted().size());
        deletes.increment(retention.deleted().size() + retention.notDeleted().size());
    }

    private Counter counter(String name, String description) {
        return Counter.builder("redis_vault." + name).description(description).register(registry);
    }

    private void time(String name, String description, ToDoubleFunction<BackupMetrics> seconds) {
        TimeGauge.builder("redis_vault." + name, this, TimeUnit.SECONDS, seconds)
                .description(description)
                .register(registry);
    }

    private static double epoch(Instant instant) {
        return instant == null ? 0 : instant.toEpochMilli() / 1000.0;
    }

    private double lastBackup() {
        Instant good = lastGood;
        return epoch(good == null ? stored.known().map(NodeBackups::newest).orElse(null) : good);
    }

    private double stored(ToDoubleFunction<NodeBackups> value) {
        return stored.known().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private double dumpAge() {
        return dumpTime == null
                ? Double.NaN
                : Duration.between(dumpTime, clock.instant()).toMillis() / 1000.0;
    }

    private static double bytesDone(BackupRunner runner) {
        return runner.running().map(RunningBackup::bytesDone).orElse(0L);
    }

    private static double isRole(BackupRunner runner, Role role) {
        return runner.last().map(CompletedRun::role).orElse(Role.UNKNOWN) == role ? 1 : 0;
    }

    private static Duration[] seconds(double... values) {
        return Arrays.stream(values)
                .mapToObj(value -> Duration.ofMillis((long) (value * 1000)))
                .toArray(Duration[]::new);
    }
}
