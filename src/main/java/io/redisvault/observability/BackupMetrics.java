package io.redisvault.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import io.redisvault.VaultVersion;
import io.redisvault.backup.BackupCatalog.NodeBackups;
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
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.ServerInfo.Role;
import io.redisvault.restore.ScheduledVerification;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Prometheus metrics of backup runs and verifications. Metrics of the Rust version keep their names. */
@ApplicationScoped
class BackupMetrics {

    private final MeterRegistry registry;
    private final StoredBackups stored;
    private final Clock clock;
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
    private volatile Instant lastDrillPassed;
    private volatile Instant lastDrillFailed;

    BackupMetrics(MeterRegistry registry, StoredBackups stored, Clock clock) {
        this.registry = registry;
        this.stored = stored;
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
                .serviceLevelObjectives(LongStream.of(100, 1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000)
                        .mapToObj(Duration::ofMillis)
                        .toArray(Duration[]::new))
                .register(registry);
    }

    void ofRuns(
            @Observes StartupEvent event,
            RedisNode redis,
            BackupRunner runner,
            BackupSchedule schedule,
            NodeNameConflict conflict) {
        gauge(
                "redis.save.failed",
                "1 if the last save of Redis had failed at the last run",
                () -> redis.saveFailed() ? 1 : 0);
        time(
                "last.backup.timestamp",
                "When a run last stored a backup or found it stored; after a start the time of the newest backup",
                () -> lastGood == null ? stored.known().map(NodeBackups::newest).orElse(null) : lastGood);
        time("last.failure.timestamp", "When a run last failed", () -> lastFailure);
        time("next.run.timestamp", "When the next scheduled run begins", () -> schedule.next());
        gauge("dump.age.seconds", "Age of the dump of the last good run", this::dumpAge);
        gauge("backup.running", "1 while a backup runs", () -> runner.running().isPresent() ? 1 : 0);
        gauge(
                "backup.in.progress.bytes",
                "Bytes of the dump handed to the storage in the running backup",
                () -> runner.running().map(RunningBackup::bytesDone).orElse(0L));
        gauge(
                "rival.sidecar",
                "1 if another sidecar was seen to store backups under this node's name",
                () -> conflict.finding().isPresent() ? 1 : 0);
        for (Role role : Role.values()) {
            Gauge.builder("redis_vault.redis.role", () -> isRole(runner, role))
                    .tag("role", role.word())
                    .description("1 for the role Redis had in the last run")
                    .register(registry);
        }
        Gauge.builder("redis_vault.info", () -> 1)
                .tag("version", VaultVersion.CURRENT)
                .description("Always 1; the label has the version")
                .register(registry);
    }

    void ofTheStorage(@Observes StartupEvent event) {
        gauge(
                "stored.backups",
                "Backups of this node in the storage after the last run",
                () -> stored(NodeBackups::backups));
        gauge("stored.bytes", "Bytes of these backups", () -> stored(NodeBackups::bytes));
        gauge(
                "newest.backup.timestamp.seconds",
                "When Redis wrote the dump of the newest of these backups",
                () -> stored(known -> epoch(known.newest())));
        gauge(
                "oldest.backup.timestamp.seconds",
                "When Redis wrote the dump of the oldest of these backups",
                () -> stored(known -> epoch(known.oldest())));
    }

    void ofDrills(@Observes StartupEvent event, VaultConfig config) {
        if (config.verify().cron().isPresent()) {
            drills("passed");
            drills("failed");
            time("drill.last.success.timestamp", "When a scheduled verification last passed", () -> lastDrillPassed);
            time("drill.last.failure.timestamp", "When a scheduled verification last failed", () -> lastDrillFailed);
        }
    }

    void count(@Observes ScheduledVerification.Result result) {
        if (result.failure().isEmpty()) {
            lastDrillPassed = result.endedAt();
            drills("passed").increment();
        } else {
            lastDrillFailed = result.endedAt();
            drills("failed").increment();
        }
    }

    void count(@Observes CompletedRun run) {
        runs.increment();
        duration.record(run.duration());
        if (run.outcome() instanceof Stored done) {
            uploads.increment();
            size.record(done.backup().bytes());
            good(run, done.backup().timestamp(), done.retention());
        } else if (run.outcome() instanceof Skipped nothing) {
            skipped.increment();
            if (nothing.reason() == Reason.UNCHANGED) {
                good(run, nothing.backup().timestamp(), nothing.retention());
            } else if (nothing.reason() == Reason.ROLE) {
                // No dump is read while the role is not backed up: its age would only grow.
                dumpTime = null;
            }
        } else if (run.outcome() instanceof Failed failure) {
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

    private Counter drills(String outcome) {
        return Counter.builder("redis_vault.drills")
                .tag("outcome", outcome)
                .description("Scheduled verifications that ended")
                .register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("redis_vault." + name, value).description(description).register(registry);
    }

    /** Registers a Unix time in seconds; 0 if it has not happened yet. */
    private void time(String name, String description, Supplier<Instant> value) {
        gauge(name + ".seconds", description, () -> epoch(value.get()));
    }

    private static double epoch(Instant instant) {
        return instant == null ? 0 : instant.toEpochMilli() / 1000.0;
    }

    private double stored(ToDoubleFunction<NodeBackups> value) {
        return stored.known().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private double dumpAge() {
        Instant time = dumpTime;
        return time == null
                ? Double.NaN
                : Duration.between(time, clock.instant()).toMillis() / 1000.0;
    }

    private static int isRole(BackupRunner runner, Role role) {
        return runner.last().map(CompletedRun::role).orElse(Role.UNKNOWN) == role ? 1 : 0;
    }
}
