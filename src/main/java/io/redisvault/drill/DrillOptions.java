package io.redisvault.drill;

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

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Slow servers on slow disks are faster than this. */
    private static final long BYTES_PER_SECOND = 4 << 20;

    Duration timeout(long bytes) {
        return timeout.orElse(SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND));
    }
}
