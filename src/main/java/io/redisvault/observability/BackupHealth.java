package io.redisvault.observability;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCycle;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.Rivals;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.redis.RedisNode;
import io.redisvault.storage.BackupStorage;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * The state of backups, for people and alerts. None of it is a probe: a sidecar's readiness decides the pod's, and an
 * unreachable bucket is no reason to take Redis out of its Service.
 */
@ApplicationScoped
class BackupHealth {

    static final String GROUP = "backup";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** How long the storage is not asked again. */
    private static final Duration SHARED = Duration.ofSeconds(3);

    private final VaultConfig config;

    BackupHealth(VaultConfig config) {
        this.config = config;
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck storage(BackupStorage storage) {
        Uni<HealthCheckResponse> answer = answer("storage", storage::checkAccess, reachable -> up("storage"));
        return () -> answer;
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck redis(RedisNode redis) {
        boolean roleMatters = !config.redis().backupMaster() || !config.redis().backupReplica();
        return () -> redis.state()
                .map(state -> response("redis")
                        .up()
                        .withData("role", state.role().name().toLowerCase(Locale.ROOT))
                        .withData("loading", state.loading())
                        .build())
                .onFailure()
                .recoverWithItem(failure -> response("redis")
                        .status(!roleMatters)
                        .withData("reason", failure.getMessage())
                        .build());
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck dump() {
        Path directory = config.redis().dataPath();
        Path dump = directory.resolve(config.backup().dumpFilename());
        return () -> {
            if (!Files.isReadable(directory) || !Files.isDirectory(directory)) {
                return down("dump", directory + " is not a readable directory");
            }
            try {
                DumpFile.open(dump, false).close();
                return up("dump");
            } catch (NoSuchFileException notSavedYet) {
                return up("dump");
            } catch (IOException unreadable) {
                return down("dump", unreadable.getMessage());
            }
        };
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck lastCycle(BackupRunner runner) {
        return () -> {
            Optional<BackupCycle> last = runner.last();
            HealthCheckResponseBuilder response = response("last cycle").up();
            last.ifPresent(cycle -> response.withData("ended", cycle.endedAt().toString()));
            if (last.isPresent() && last.get().outcome() instanceof Failed failed) {
                response.down().withData("reason", failed.detail());
            }
            return response.build();
        };
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    HealthCheck nodeName(Rivals rivals) {
        return () -> rivals.finding().map(reason -> down("node name", reason)).orElseGet(() -> up("node name"));
    }

    @Produces
    @ApplicationScoped
    @HealthGroup(GROUP)
    AsyncHealthCheck newestBackup(BackupCatalog catalog, BackupRunner runner, Clock clock) {
        Optional<Duration> limit = config.backup().maxAge();
        if (limit.isEmpty()) {
            return () -> Uni.createFrom().item(up("newest backup"));
        }
        Uni<HealthCheckResponse> answer = answer(
                "newest backup",
                () -> catalog.newest(1, Instant.MAX),
                newest -> newest(newest.backups(), runner.last(), clock.instant(), limit.get()));
        return () -> answer;
    }

    /**
     * From one question at a time, however many ask and however long it takes: each that hangs on a file system keeps a worker
     * and each is a request that may be paid for.
     */
    private static <T> Uni<HealthCheckResponse> answer(
            String name, Supplier<Uni<? extends T>> question, Function<T, HealthCheckResponse> response) {
        return SharedAnswer.of(Uni.createFrom().deferred(question), SHARED, System::nanoTime)
                .map(response)
                .ifNoItem()
                .after(PATIENCE)
                .recoverWithItem(() -> down(name, "no answer within " + PATIENCE.toSeconds() + " s"))
                .onFailure()
                .recoverWithItem(failure -> down(name, String.valueOf(failure.getMessage())));
    }

    private static HealthCheckResponse newest(
            List<Backup> backups, Optional<BackupCycle> last, Instant now, Duration limit) {
        Optional<Reason> skipped =
                last.filter(cycle -> !cycle.endedAt().plus(limit).isBefore(now)).flatMap(BackupCycle::skipped);
        if (skipped.equals(Optional.of(Reason.ROLE))) {
            return response("newest backup").up().withData("skipped", "role").build();
        }
        if (backups.isEmpty()) {
            return down("newest backup", "there is no backup of this node");
        }
        Backup newest = backups.get(0);
        Duration age = Duration.between(newest.timestamp(), now);
        HealthCheckResponseBuilder response =
                response("newest backup").up().withData("name", newest.name()).withData("ageSeconds", age.toSeconds());
        if (age.isNegative()) {
            response.down()
                    .withData("reason", "its time lies ahead: a clock was wrong, and newer backups come behind it");
        } else if (age.compareTo(limit) > 0 && !skipped.equals(Optional.of(Reason.UNCHANGED))) {
            response.down().withData("reason", "older than MAX_BACKUP_AGE, which is " + limit.toSeconds() + " s");
        }
        return response.build();
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
