package io.redisvault.observability;

import io.redisvault.drill.ServiceDrill;
import io.redisvault.drill.ServiceDrillResult;
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

    private final ServiceDrill drill;

    DrillHealth(ServiceDrill drill) {
        this.drill = drill;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<ServiceDrillResult> last = drill.last();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("drill").up();
        last.ifPresent(result -> response.withData("ended", result.endedAt().toString()));
        last.flatMap(ServiceDrillResult::backup).ifPresent(name -> response.withData("backup", name));
        last.flatMap(ServiceDrillResult::failure)
                .ifPresent(reason -> response.down().withData("reason", reason));
        return response.build();
    }
}
