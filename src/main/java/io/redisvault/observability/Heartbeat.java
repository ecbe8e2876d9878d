package io.redisvault.observability;

import io.quarkus.runtime.ShutdownEvent;
import io.redisvault.VaultVersion;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.config.HttpProxy;
import io.redisvault.config.VaultConfig;
import io.redisvault.storage.StorageException;
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
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/** Calls {@code HEARTBEAT_URL} after each good run, so that a monitoring service notices when the calls stop. */
@ApplicationScoped
class Heartbeat {

    private static final Logger LOG = Logger.getLogger(Heartbeat.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final int RETRIES = 2;
    /** Observer priority: after the last backup, which may run while the service stops. */
    private static final int AFTER_LAST_RUN = 4000;

    private final Optional<URI> url;
    private final Vertx vertx;
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    Heartbeat(VaultConfig config, Vertx vertx) {
        this.url = config.backup().heartbeatUrl();
        this.vertx = vertx;
    }

    void beat(@Observes CompletedRun run) {
        boolean good = run.outcome() instanceof Stored || run.skipped().equals(Optional.of(Reason.UNCHANGED));
        if (good && url.isPresent()) {
            last = call(url.get()).subscribeAsCompletionStage();
        }
    }

    /** Never fails: a failed heartbeat must not make a good backup look bad. */
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
                .after(TIMEOUT)
                .failWith(() -> new IllegalStateException("no answer within " + TIMEOUT.toSeconds() + " s"))
                .invoke(answer -> {
                    if (answer.statusCode() >= 300) {
                        throw new IllegalStateException("it was answered " + answer.statusCode());
                    }
                })
                .onFailure()
                .retry()
                .withBackOff(RETRY_PAUSE)
                .atMost(RETRIES)
                .replaceWithVoid()
                .onFailure()
                // Log only the host: anyone who knows the whole URL could send our heartbeat.
                .invoke(failure -> LOG.warnf(
                        "the heartbeat did not reach %s: %s; correct HEARTBEAT_URL, or let this process out to there",
                        address.getHost(), reason(failure)))
                .onFailure()
                .recoverWithNull()
                .onTermination()
                .call(() -> client.close());
    }

    static String reason(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return "its name cannot be resolved";
        }
        return failure instanceof SSLException
                ? "its certificate is not trusted, or it does not speak TLS"
                : StorageException.plain(failure.getMessage());
    }

    /** Waits for the last heartbeat before the process ends, up to 10 seconds. */
    void stop(@Observes @Priority(AFTER_LAST_RUN) ShutdownEvent event) {
        if (!last.thenApply(heard -> true)
                .completeOnTimeout(false, TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .join()) {
            LOG.warnf(
                    "stopping before %s answered the heartbeat",
                    url.orElseThrow().getHost());
        }
    }
}
