package io.redisvault.restore;

import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.RedisUnavailableException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** The Redis that may still be running on the directory that is to be restored. */
@ApplicationScoped
class RunningRedis {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final RedisNode node;
    private final VaultConfig.Redis config;

    RunningRedis(RedisNode node, VaultConfig config) {
        this.node = node;
        this.config = config.redis();
    }

    /** Fails with {@link RestoreException} if a Redis of this machine would overwrite what is put there. */
    Uni<Void> requireStopped(RestoreTarget target) {
        boolean itsDirectory =
                target.directory().equals(config.dataPath().toAbsolutePath().normalize());
        RedisAddress address = config.connectionString();
        boolean here = address.socket().isPresent() || LOOPBACK.contains(address.host());
        if (!itsDirectory || !here) {
            return Uni.createFrom().voidItem();
        }
        return node.state()
                .onItem()
                .<Void>transformToUni(state -> Uni.createFrom()
                        .failure(new RestoreException("Redis at " + address
                                + " is running and overwrites its dump when it saves: stop it first, with SHUTDOWN NOSAVE"
                                + " if its data may go, or pass --force")))
                .onFailure(RedisUnavailableException.class)
                .recoverWithNull();
    }
}
