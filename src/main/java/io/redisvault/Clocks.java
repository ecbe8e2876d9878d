package io.redisvault;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The one clock of the service. */
final class Clocks {

    @Produces
    @Singleton
    static Clock system() {
        return Clock.systemUTC();
    }
}
