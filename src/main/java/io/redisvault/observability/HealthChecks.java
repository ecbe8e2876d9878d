package io.redisvault.observability;

import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.NodeNameConflict;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.redis.RedisNode;
import io.redisvault.restore.ScheduledVerification;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jboss.logging.Logger;

/**
 * Health checks. The probes say only that this process works: the sidecar's readiness is part of the pod's, and an
 * unreachable bucket must not take Redis out of its Service. The {@code backup} group is for people and alerts.
 */
@ApplicationScoped
class HealthChecks {

    private static final String GROUP = "backup";
    private static final Logger LOG = Logger.getLogger(HealthChecks.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final VaultConfig config;

    HealthChecks(VaultConfig config) {
        this.config = config;
    }

    /** All three probes. It runs on the event loop, so a blocked event loop fails it. */
    @Produces
    @ApplicationScoped
    @Liveness
    @Readiness
    @Startup
    AsyncHealthCheck process() {
        String storage = config.storage().type().name().toLowerCase(Locale.ROOT);
        return () -> Uni.createFrom()
                .item(response("process").up().withData("storage", storage).build());
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck storage(BackupStorage storage) {
        Uni<Void> asked = StoredBackups.shared(
                Uni.createFrom().deferred(storage::checkAccess), StoredBackups.SHARED, System::nanoTime);
        Uni<HealthCheckResponse> answer = answer("storage", asked, reachable -> up("storage"));
        return () -> answer;
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck redis(RedisNode redis) {
        return () -> redis.state()
                .chain(state -> redis.savingProblem(state).map(problem -> {
                    HealthCheckResponseBuilder response = response("redis")
                            .up()
                            .withData("role", state.role().word())
                            .withData("loading", state.loading());
                    problem.ifPresent(warning -> response.withData("warning", warning));
                    return response.build();
                }))
                .onFailure()
                .recoverWithItem(failure -> response("redis")
                        .status(!config.redis().roleMatters())
                        .withData("reason", failure.getMessage())
                        .build());
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck dump() {
        Uni<HealthCheckResponse> opened =
                Uni.createFrom().item(this::openDump).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
        Uni<HealthCheckResponse> answer =
                answer("dump", StoredBackups.shared(opened, Duration.ZERO, System::nanoTime), response -> response);
        return () -> answer;
    }

    private HealthCheckResponse openDump() {
        Path directory = config.redis().dataPath();
        if (!Files.isReadable(directory) || !Files.isDirectory(directory)) {
            return down("dump", directory + " is not a readable directory");
        }
        try {
            DumpFile.open(directory.resolve(config.backup().dumpFilename()), false)
                    .close();
            return up("dump");
        } catch (NoSuchFileException notSavedYet) {
            return up("dump");
        } catch (IOException unreadable) {
            return down("dump", FileErrors.text(unreadable));
        }
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck lastRun(BackupRunner runner) {
        return () -> {
            Optional<CompletedRun> last = runner.last();
            HealthCheckResponseBuilder response = response("last run").up();
            last.ifPresent(run -> response.withData("ended", run.endedAt().toString()));
            if (last.isPresent() && last.get().outcome() instanceof Failed failed) {
                response.down().withData("reason", failed.detail());
            }
            return response.build();
        };
    }

    /** Down after a failed scheduled verification, until one passes. */
    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck drill(ScheduledVerification verification) {
        return () -> {
            HealthCheckResponseBuilder response = response("drill").up();
            verification.last().ifPresent(last -> {
                response.withData("ended", last.endedAt().toString());
                last.backup().ifPresent(name -> response.withData("backup", name));
                last.failure().ifPresent(reason -> response.down().withData("reason", reason));
            });
            return response.build();
        };
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck nodeName(NodeNameConflict conflict) {
        return () -> conflict.finding().map(reason -> down("node name", reason)).orElseGet(() -> up("node name"));
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck newestBackup(StoredBackups stored, BackupRunner runner, Clock clock) {
        Optional<Duration> limit = config.backup().maxAge();
        Uni<HealthCheckResponse> answer = answer(
                "newest backup", stored.now(), found -> newestBackup(found, runner.last(), clock.instant(), limit));
        return () -> answer;
    }

    private static <T> Uni<HealthCheckResponse> answer(
            String name, Uni<T> question, Function<T, HealthCheckResponse> response) {
        return question.map(response)
                .ifNoItem()
                .after(TIMEOUT)
                .recoverWithItem(() -> down(name, "no answer within " + TIMEOUT.toSeconds() + " s"))
                .onFailure(StorageException.class)
                .recoverWithItem(failure -> down(name, failure.getMessage()))
                .onFailure()
                .invoke(fault -> LOG.errorf(fault, "the health check '%s' failed", name))
                .onFailure()
                .recoverWithItem(() -> down(name, "a fault of Redis Vault, its log says more"));
    }

    /**
     * Shows the age of the newest backup. Without an age limit the check is always up. With one it is down if the
     * backup is too old, missing or dated in the future. After a recent run that found the dump unchanged, the age does
     * not count; after one skipped for the node's role, the check is up.
     */
    static HealthCheckResponse newestBackup(
            NodeBackups stored, Optional<CompletedRun> last, Instant now, Optional<Duration> limit) {
        Optional<Duration> age = Optional.ofNullable(stored.newest()).map(time -> Duration.between(time, now));
        HealthCheckResponseBuilder response = response("newest backup").up();
        age.ifPresent(known -> response.withData("name", stored.name()).withData("ageSeconds", known.toSeconds()));
        Optional<Reason> skipped = last.filter(run ->
                        limit.isEmpty() || !run.endedAt().plus(limit.get()).isBefore(now))
                .flatMap(CompletedRun::skipped);
        if (skipped.equals(Optional.of(Reason.ROLE))) {
            return response.withData("skipped", "role").build();
        }
        boolean unchanged = skipped.equals(Optional.of(Reason.UNCHANGED));
        reason(age, limit.filter(any -> !unchanged))
                .ifPresent(reason -> response.status(limit.isEmpty()).withData("reason", reason));
        return response.build();
    }

    private static Optional<String> reason(Optional<Duration> age, Optional<Duration> limit) {
        if (age.isEmpty()) {
            return Optional.of("there is no backup of this node");
        }
        if (age.get().isNegative()) {
            return Optional.of("its time lies ahead: a clock was wrong, and newer backups come behind it");
        }
        return limit.filter(most -> age.get().compareTo(most) > 0)
                .map(most -> "older than MAX_BACKUP_AGE, which is " + most.toSeconds() + " s");
    }

    private static HealthCheckResponseBuilder response(String name) {
        return HealthCheckResponse.named(name);
    }

    private static HealthCheckResponse up(String name) {
        return response(name).up().build();
    }

    private static HealthCheckResponse down(String name, String reason) {
        return response(name).down().withData("reason", reason).build();
    }
}
