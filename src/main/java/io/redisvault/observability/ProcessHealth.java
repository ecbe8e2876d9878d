package io.redisvault.observability;

import io.redisvault.config.VaultConfig;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** The probes: they say that this process works, and nothing of Redis or the bucket. */
@Liveness
@Readiness
@Startup
@ApplicationScoped
class ProcessHealth implements AsyncHealthCheck {

    private final String storage;

    ProcessHealth(VaultConfig config) {
        this.storage = config.storage().type().name().toLowerCase(Locale.ROOT);
    }

    /** Answered on the event loop: one that hangs fails the probe. */
    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(() -> HealthCheckResponse.named("process")
                .up()
                .withData("storage", storage)
                .build());
    }
}
