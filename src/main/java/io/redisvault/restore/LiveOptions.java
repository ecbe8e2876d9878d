package io.redisvault.restore;

import java.time.Duration;
import java.util.Optional;

/**
 * How to load a backup into a running server.
 *
 * @param listen where the server fetches it; a free port of the loopback address when empty
 * @param force whether to replace the server's keys, and to try a dump that it may not load
 * @param fallback whether to take the next older backup if one is corrupt
 * @param scratch whether the server is there for a drill only: it must be empty, and may end by the loading
 * @param timeout for the loading; by default one that grows with the dump
 */
public record LiveOptions(
        Optional<ListenAddress> listen, boolean force, boolean fallback, boolean scratch, Optional<Duration> timeout) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Less than slow servers on slow disks reach. */
    private static final long BYTES_PER_SECOND = 4 << 20;

    /** The same options with this address. */
    LiveOptions listeningOn(ListenAddress address) {
        return new LiveOptions(Optional.of(address), force, fallback, scratch, timeout);
    }

    /** How long a server may take to load a dump of so many bytes. */
    public static Duration loadingTime(long bytes) {
        return SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND);
    }
}
