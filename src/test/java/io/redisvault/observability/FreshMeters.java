package io.redisvault.observability;

import io.micrometer.core.instrument.Metrics;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Forgets the meters of an application that ran before in the same process: Quarkus would show them for those of this one. */
@Singleton
class FreshMeters {

    void clear(@Observes @Priority(1) StartupEvent event) {
        Metrics.globalRegistry.clear();
    }
}
