package io.redisvault.drill;

import io.redisvault.restore.LiveOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to hold a drill.
 *
 * @param server the program to load the dump with
 * @param workDirectory a directory with as much space as the dump needs
 * @param timeout for the loading; by default one that grows with the dump
 */
public record DrillOptions(Path server, Path workDirectory, Optional<Duration> timeout) {

    Duration timeout(long bytes) {
        return timeout.orElse(LiveOptions.loadingTime(bytes));
    }
}
