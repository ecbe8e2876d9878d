package io.redisvault.observability;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.VaultVersion;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.config.HttpProxy;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Calls {@code HEARTBEAT_URL} after each good run: whoever listens there notices when the calls stay away. */
@ApplicationScoped
class Heartbeat {

    private static final Logger LOG = Logger.getLogger(Heartbeat.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int RETRIES = 2;
    /** After the last run, which may end while the service stops. */
    private static final int LATE = 4000;

    private final Optional<URI> url;
    private final Vertx vertx;
    private final Duration pause;
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    @Inject
    Heartbeat(VaultConfig config, Vertx vertx) {
        this(config.backup().heartbeatUrl(), vertx, PAUSE);
    }

    /** @param pause before the first of two more attempts */
    Heartbeat(Optional<URI> url, Vertx vertx, Duration pause) {
        this.url = url;
        this.vertx = vertx;
        this.pause = pause;
    }

    void beat(@Observes CompletedRun run) {
        boolean good = run.outcome() instanceof Stored || run.skipped().equals(Optional.of(Reason.UNCHANGED));
        if (good && url.isPresent()) {
            last = call(url.get()).subscribeAsCompletionStage();
        }
    }

    /** Never fails: a watcher that is away is no reason to call a backup bad. */
    private Uni<Void> call(URI address) {
        HttpClientOptions options = new HttpClientOptions();
        HttpProxy.of(address, System.getenv())
                .ifPresent(proxy -> options.setProxyOptions(new ProxyOptions()
                        .setHost(proxy.host())
                        .setPort(proxy.port())
                        .setUsername(proxy.user().orElse(null))
                        .setPassword(proxy.password())));
        RequestOptions request = new RequestOptions()
                .setAbsoluteURI(address.toString())
                .setFollowRedirects(true)
                .putHeader("User-Agent", "redis-vault/" + VaultVersion.CURRENT);
        HttpClient client = vertx.createHttpClient(options);
        return client.request(request)
                .chain(HttpClientRequest::send)
                .ifNoItem()
                .after(PATIENCE)
                .failWith(() -> new IllegalStateException("no answer within " + PATIENCE.toSeconds() + " s"))
                .invoke(answer -> {
                    if (answer.statusCode() >= 300) {
                        throw new IllegalStateException("it was answered " + answer.statusCode());
                    }
                })
                .onFailure()
                .retry()
                .withBackOff(pause)
                .atMost(RETRIES)
                .replaceWithVoid()
                .onFailure()
                // Not the whole address: whoever knows it may pretend to be us.
                .invoke(failure -> LOG.warnf(
                        "the heartbeat did not reach %s: %s; correct HEARTBEAT_URL, or let this process out to there",
                        address.getHost(), failure.getMessage()))
                .onFailure()
                .recoverWithNull()
                .onTermination()
                .call(() -> client.close());
    }

    /** A command, or a service that stops, must not end before it was heard. */
    void stop(@Observes @Priority(LATE) ShutdownEvent event) {
        if (!last.thenApply(heard -> true)
                .completeOnTimeout(false, PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join()) {
            LOG.warnf(
                    "stopping before %s answered the heartbeat",
                    url.orElseThrow().getHost());
        }
    }
}
