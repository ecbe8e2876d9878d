package io.redisvault.redis;

import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/**
 * The server that a backup is loaded into. Unlike {@link RedisNode} it is changed, but only if {@code --into} names it.
 * Every call fails with {@link RedisUnavailableException} if the server does not answer in time, or refuses.
 */
@ApplicationScoped
public class TargetServer {

    /** Every Sentinel subscribes to this channel on each server that it watches. */
    private static final String SENTINEL_CHANNEL = "__sentinel__:hello";

    private final Redis client;
    private final RedisAddress address;
    private final Duration timeout;
    private final Optional<PemKeyCertOptions> certificate;
    private final ConnectionDiagnosis diagnosis;

    public TargetServer(Redis client, VaultConfig config, Vertx vertx) {
        this.client = client;
        this.address = config.redis().connectionString();
        this.timeout = config.redis().timeout();
        this.certificate = config.redis().clientCertFile().map(file -> new PemKeyCertOptions()
                .setCertPath(file.toString())
                .setKeyPath(config.redis().clientKeyFile().orElseThrow().toString()));
        this.diagnosis = new ConnectionDiagnosis(
                config.redis(),
                vertx,
                "--into",
                "Name the user and the password: --into redis://user:password@host:port");
    }

    public RedisAddress address() {
        return address;
    }

    /** Our client certificate; empty if none is configured. */
    public Optional<PemKeyCertOptions> certificate() {
        return certificate;
    }

    /** How long to wait for an answer. */
    public Duration timeout() {
        return timeout;
    }

    /** Asks {@code INFO} as the first question. A failure also says how to correct the connection. */
    public Uni<ServerInfo> reach() {
        return diagnosis.firstAnswer(ask("INFO").map(ServerInfo::of));
    }

    public Uni<ServerInfo> info() {
        return send("INFO").map(ServerInfo::of);
    }

    /** True if a Sentinel watches the server. */
    public Uni<Boolean> isWatched() {
        return send("PUBSUB", "NUMSUB", SENTINEL_CHANNEL)
                .map(answer -> answer.get(1).toLong() > 0)
                .onFailure(failure -> !(failure instanceof RedisUnavailableException))
                .transform(odd -> new RedisUnavailableException(
                        address + " answers PUBSUB NUMSUB with something else than a channel and a number", odd));
    }

    /** True if the server has at least this many databases, or if that is unknown. */
    public Uni<Boolean> hasDatabases(int number) {
        return send("SELECT", Integer.toString(number - 1))
                .map(selected -> true)
                .onFailure(RedisUnavailableException.class)
                .recoverWithItem(failure -> !failure.getMessage().contains("out of range"));
    }

    /** Makes the server a replica of this master. */
    public Uni<Void> follow(String host, int port) {
        return send("REPLICAOF", host, Integer.toString(port)).replaceWithVoid();
    }

    /** Makes the server a master. */
    public Uni<Void> promote() {
        return send("REPLICAOF", "NO", "ONE").replaceWithVoid();
    }

    /** Deletes all keys of all databases. */
    public Uni<Void> flush() {
        return send("FLUSHALL").replaceWithVoid();
    }

    private Uni<Response> send(String command, Object... arguments) {
        return ask(command, arguments)
                .ifNoItem()
                .after(timeout)
                .fail()
                .onFailure()
                .recoverWithUni(diagnosis::explained);
    }

    private Uni<Response> ask(String command, Object... arguments) {
        return client.send(Request.cmd(Command.create(command), arguments));
    }
}
