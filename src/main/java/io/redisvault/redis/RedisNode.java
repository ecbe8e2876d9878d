package io.redisvault.redis;

import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.ServerInfo.Role;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/** The Redis node that this sidecar backs up. Only reads from it: a backup never changes Redis. */
@ApplicationScoped
public class RedisNode {

    private static final int RETRIES = 2;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Versions without {@code CLUSTER MYSHARDID}: before 7.2. */
    private static final String WITHOUT_SHARD_ID = "[1-6]\\..*|7\\.[01]\\..*";

    private final ReactiveRedisDataSource redis;
    private final VaultConfig.Redis config;
    private final ConnectionDiagnosis diagnosis;
    /** Cached for an hour: a server that does not allow the command logs each attempt. */
    private final Uni<Optional<String>> neverSaves;

    private volatile ServerInfo last = ServerInfo.unreachable(Role.UNKNOWN);
    private volatile Optional<ClusterNode> lastInCluster = Optional.empty();

    RedisNode(ReactiveRedisDataSource redis, VaultConfig config, Vertx vertx) {
        this.redis = redis;
        this.config = config.redis();
        this.diagnosis = new ConnectionDiagnosis(
                config.redis(),
                vertx,
                "REDIS_CONNECTION",
                "Set REDIS_PASSWORD, and the user, if there is one, in REDIS_CONNECTION");
        this.neverSaves = setting("save")
                .map(save -> save.filter(String::isEmpty)
                        .map(never -> "Redis at " + this.config.connectionString() + " never saves a dump by itself"
                                + " (save \"\"): set 'save 3600 1' in its configuration, or have something run BGSAVE"))
                .memoize()
                .forFixedDuration(Duration.ofHours(1));
    }

    /**
     * Asks the node for its state, with a few retries. Fails with {@link RedisUnavailableException} if it does not
     * answer, or if its role is needed and unknown.
     */
    public Uni<ServerInfo> state() {
        return diagnosis
                .firstAnswer(redis.execute("INFO"))
                .onFailure()
                .retry()
                .withBackOff(PAUSE)
                .atMost(RETRIES)
                .map(ServerInfo::of)
                .invoke(state -> last = state)
                .invoke(this::requireRole);
    }

    /** True if the node's last answer said that its last save failed. */
    public boolean saveFailed() {
        return last.saveFailed();
    }

    /** The role in the node's last answer; {@code UNKNOWN} before the first. */
    public Role lastRole() {
        return last.role();
    }

    /** Why the node does not save new dumps, and the remedy. Empty if it saves, or if that is unknown. Never fails. */
    public Uni<Optional<String>> savingProblem(ServerInfo state) {
        if (state.saveFailed()) {
            return Uni.createFrom().item(Optional.of("the last save of Redis failed: see its log"));
        }
        return state.replicated() ? Uni.createFrom().item(Optional.empty()) : neverSaves;
    }

    /** A setting in the node's configuration; empty if it does not answer or does not allow the question. Never fails. */
    public Uni<Optional<String>> setting(String name) {
        return Uni.createFrom()
                .deferred(() -> redis.execute("CONFIG", "GET", name))
                .map(answer -> Optional.of(answer.get(name).toString()))
                .ifNoItem()
                .after(config.timeout())
                .fail()
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /**
     * The node's place in its cluster; for the state of an unreachable node, the last known place. Empty outside of a
     * cluster, and if the node does not allow the question. Never fails.
     */
    public Uni<Optional<ClusterNode>> inCluster(ServerInfo state) {
        return switch (state.field("cluster_enabled")) {
            case "0" -> Uni.createFrom().item(Optional.empty());
            case "1" ->
                redis.execute("CLUSTER", "NODES")
                        .map(answer -> ClusterNode.of(String.valueOf(answer)))
                        .chain(node ->
                                node.isEmpty() || state.field("redis_version").matches(WITHOUT_SHARD_ID)
                                        ? Uni.createFrom().item(node)
                                        : withShard(node.get()))
                        .ifNoItem()
                        .after(config.timeout())
                        .fail()
                        .onFailure()
                        .recoverWithItem(Optional.empty())
                        .invoke(node -> lastInCluster = node);
            default -> Uni.createFrom().item(lastInCluster);
        };
    }

    private Uni<Optional<ClusterNode>> withShard(ClusterNode node) {
        return redis.execute("CLUSTER", "MYSHARDID")
                .map(id -> node.ofShard(String.valueOf(id)))
                .onFailure()
                .recoverWithItem(node)
                .map(Optional::of);
    }

    private void requireRole(ServerInfo state) {
        if (config.roleMatters() && state.role() == Role.UNKNOWN) {
            throw new RedisUnavailableException(
                    config.connectionString()
                            + " does not say whether it is a master or a replica, as a Sentinel does: name the server"
                            + " itself in REDIS_CONNECTION, or set BACKUP_MASTER and BACKUP_REPLICA to true",
                    null);
        }
    }
}
