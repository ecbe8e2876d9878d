package io.redisvault.observability;

import io.redisvault.restore.ScheduledVerification;
import io.redisvault.restore.VerificationResult;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Down from a drill that failed until one passes. */
@HealthGroup(BackupHealth.GROUP)
@ApplicationScoped
class DrillHealth implements HealthCheck {

    private final ScheduledVerification verification;

    DrillHealth(ScheduledVerification verification) {
        this.verification = verification;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<VerificationResult> last = verification.last();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("drill").up();
        last.ifPresent(result -> response.withData("ended", result.endedAt().toString()));
        last.flatMap(VerificationResult::backup).ifPresent(name -> response.withData("backup", name));
        last.flatMap(VerificationResult::failure)
                .ifPresent(reason -> response.down().withData("reason", reason));
        return response.build();
    }
}
