package io.redisvault.restore;

import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.RedisUnavailableException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The Redis that may still be running on the directory that is to be restored. */
@ApplicationScoped
class RunningRedis {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String STOP_IT =
            " and overwrites its dump when it saves: stop it first, with SHUTDOWN NOSAVE if its data may go";

    private final RedisNode node;
    private final VaultConfig.Redis config;

    RunningRedis(RedisNode node, VaultConfig config) {
        this.node = node;
        this.config = config.redis();
    }

    /** What there is to say of a Redis of this machine that would overwrite what is put there; nothing if none runs. */
    Uni<Optional<String>> threat(RestoreTarget target) {
        boolean itsDirectory =
                target.directory().equals(config.dataPath().toAbsolutePath().normalize());
        RedisAddress address = config.connectionString();
        boolean here = address.socket().isPresent() || LOOPBACK.contains(address.host());
        if (!itsDirectory || !here) {
            return Uni.createFrom().item(Optional.empty());
        }
        return node.state()
                .map(state -> Optional.of("Redis at " + address + " is running" + STOP_IT))
                .onFailure(RedisUnavailableException.class)
                .recoverWithItem(failure -> nobodyListens(failure)
                        ? Optional.empty()
                        : Optional.of("Redis may be running (" + failure.getMessage() + ")" + STOP_IT));
    }

    /** Any other failure, such as a missing password, is that of a server that runs. */
    private static boolean nobodyListens(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> cause instanceof ConnectException || cause instanceof FileNotFoundException);
    }
}
