package io.redisvault.redis;

import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** The Redis beside which we run. It is asked, never told. */
@ApplicationScoped
public class RedisNode {

    private static final int RETRIES = 2;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ReactiveRedisDataSource redis;
    private final VaultConfig.Redis config;

    RedisNode(ReactiveRedisDataSource redis, VaultConfig config) {
        this.redis = redis;
        this.config = config.redis();
    }

    /** Asks the node for its role; fails with {@link RedisUnavailableException} when it gives no answer. */
    public Uni<NodeState> state() {
        return redis.execute("INFO")
                .map(response -> NodeState.parse(response.toString()))
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
