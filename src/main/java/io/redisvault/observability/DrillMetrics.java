package io.redisvault.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.StartupEvent;
import io.redisvault.config.VaultConfig;
import io.redisvault.restore.VerificationResult;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Metrics of scheduled verifications, where there are any. */
@ApplicationScoped
class DrillMetrics {

    private final MeterRegistry registry;
    private final boolean drills;
    private volatile Instant lastSuccess = Instant.EPOCH;
    private volatile Instant lastFailure = Instant.EPOCH;

    DrillMetrics(MeterRegistry registry, VaultConfig config) {
        this.registry = registry;
        this.drills = config.verify().cron().isPresent();
    }

    void register(@Observes StartupEvent event) {
        if (drills) {
            counter("passed");
            counter("failed");
            time("last.success", "When a drill last passed", self -> self.lastSuccess);
            time("last.failure", "When a drill last failed", self -> self.lastFailure);
        }
    }

    void count(@Observes VerificationResult result) {
        if (result.failure().isEmpty()) {
            lastSuccess = result.endedAt();
        } else {
            lastFailure = result.endedAt();
        }
        counter(result.failure().isEmpty() ? "passed" : "failed").increment();
    }

    private void time(String name, String description, Function<DrillMetrics, Instant> value) {
        TimeGauge.builder(
                        "redis_vault.drill." + name + ".timestamp",
                        this,
                        TimeUnit.SECONDS,
                        self -> value.apply(self).toEpochMilli() / 1000.0)
                .description(description)
                .register(registry);
    }

    private Counter counter(String outcome) {
        return Counter.builder("redis_vault.drills")
                .tag("outcome", outcome)
                .description("Drills that ended")
                .register(registry);
    }
}
