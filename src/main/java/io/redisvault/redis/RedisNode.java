package io.redisvault.redis;

import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/** The Redis beside which we run. It is asked, never told. */
@ApplicationScoped
public class RedisNode {

    private static final int RETRIES = 2;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ReactiveRedisDataSource redis;
    private final VaultConfig.Redis config;
    /** Asked once in a while: where that is not allowed, the server logs each attempt. */
    private final Uni<Optional<String>> neverSaves;

    private volatile boolean saveFailed;

    RedisNode(ReactiveRedisDataSource redis, VaultConfig config) {
        this.redis = redis;
        this.config = config.redis();
        this.neverSaves = Uni.createFrom()
                .deferred(() -> redis.execute("CONFIG", "GET", "save"))
                .map(this::neverSaves)
                .onFailure()
                .recoverWithItem(Optional.empty())
                .memoize()
                .forFixedDuration(Duration.ofHours(1));
    }

    /** Asks the node for its role; fails with {@link RedisUnavailableException} when it gives no answer. */
    public Uni<NodeState> state() {
        return info().map(NodeState::of)
                .invoke(state -> saveFailed = state.saveFailed())
                .ifNoItem()
                .after(config.timeout())
                .fail()
                .onFailure()
                .retry()
                .withBackOff(PAUSE)
                .atMost(RETRIES)
                .onFailure()
                .transform(this::unavailable)
                .invoke(this::requireRole);
    }

    /** True if the last save of Redis had failed when it was asked for its state. */
    public boolean saveFailed() {
        return saveFailed;
    }

    /** A reason why the dump stays old, and the remedy; empty where Redis saves, or may not be asked. */
    public Uni<Optional<String>> savingProblem() {
        return info().chain(info -> {
                    if (info.field("rdb_last_bgsave_status").equals("err")) {
                        return Uni.createFrom().item(Optional.of("the last save of Redis failed: see its log"));
                    }
                    boolean savesForReplicas = !info.field("connected_slaves").equals("0");
                    return savesForReplicas ? Uni.createFrom().item(Optional.<String>empty()) : neverSaves;
                })
                .ifNoItem()
                .after(config.timeout())
                .recoverWithItem(Optional.empty())
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    private Optional<String> neverSaves(Response answer) {
        boolean never = answer != null
                && answer.containsKey("save")
                && answer.get("save").toString().isEmpty();
        return never
                ? Optional.of("Redis at " + config.connectionString() + " never saves a dump by itself (save \"\"): set"
                        + " 'save 3600 1' in its configuration, or have something run BGSAVE")
                : Optional.empty();
    }

    private Uni<ServerInfo> info() {
        return redis.execute("INFO").map(response -> ServerInfo.parse(response.toString()));
    }

    private void requireRole(NodeState state) {
        boolean roleMatters = !config.backupMaster() || !config.backupReplica();
        if (roleMatters && state.role() == Role.UNKNOWN) {
            throw new RedisUnavailableException(
                    config.connectionString()
                            + " does not say whether it is a master or a replica, as a Sentinel does: name the server"
                            + " itself in REDIS_CONNECTION, or set BACKUP_MASTER and BACKUP_REPLICA to true",
                    null);
        }
    }

    private RedisUnavailableException unavailable(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof IllegalStateException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = cause instanceof TimeoutException
                ? "no answer within " + config.timeout().toMillis() + " ms"
                : cause.getMessage();
        return new RedisUnavailableException(config.connectionString() + ": " + reason, failure);
    }
}
