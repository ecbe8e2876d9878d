package io.redisvault.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Logs at the start which settings have no effect. */
@Singleton
class SettingsWarnings {

    private static final Logger LOG = Logger.getLogger(SettingsWarnings.class);

    void log(@Observes StartupEvent start) {
        Settings.checked().ifPresent(settings -> settings.warnings().forEach(LOG::warn));
    }
}
