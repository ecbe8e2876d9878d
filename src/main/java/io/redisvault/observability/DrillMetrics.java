package io.redisvault.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.StartupEvent;
import io.redisvault.config.VaultConfig;
import io.redisvault.drill.ServiceDrillResult;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** What Prometheus sees of drills, where there are any. */
@ApplicationScoped
class DrillMetrics {

    private final MeterRegistry registry;
    private final boolean drills;
    private volatile Instant lastSuccess = Instant.EPOCH;

    DrillMetrics(MeterRegistry registry, VaultConfig config) {
        this.registry = registry;
        this.drills = config.drill().cron().isPresent();
    }

    void register(@Observes StartupEvent event) {
        if (drills) {
            counter("passed");
            counter("failed");
            TimeGauge.builder(
                            "redis_vault.drill.last.success.timestamp",
                            this,
                            TimeUnit.SECONDS,
                            self -> self.lastSuccess.toEpochMilli() / 1000.0)
                    .description("When a drill last passed")
                    .register(registry);
        }
    }

    void count(@Observes ServiceDrillResult result) {
        if (result.failure().isEmpty()) {
            lastSuccess = result.endedAt();
        }
        counter(result.failure().isEmpty() ? "passed" : "failed").increment();
    }

    private Counter counter(String outcome) {
        return Counter.builder("redis_vault.drills")
                .tag("outcome", outcome)
                .description("Drills that ended")
                .register(registry);
    }
}
