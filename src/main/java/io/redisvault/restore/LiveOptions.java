package io.redisvault.restore;

import java.time.Duration;
import java.util.Optional;

/**
 * How to load a backup into a running server.
 *
 * @param listen where the server fetches it; a free port of the loopback address when empty
 * @param force replaces the keys that the server holds, and tries what it may not load
 * @param fallback takes the next older backup if one is corrupt
 * @param scratch the server is there for this only: it must be empty, and may be given what it may not load
 * @param timeout for the loading; by default one that grows with the dump
 */
public record LiveOptions(
        Optional<ListenAddress> listen, boolean force, boolean fallback, boolean scratch, Optional<Duration> timeout) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Slow servers on slow disks are faster than this. */
    private static final long BYTES_PER_SECOND = 4 << 20;

    /** The same with an address that is decided. */
    LiveOptions listeningOn(ListenAddress address) {
        return new LiveOptions(Optional.of(address), force, fallback, scratch, timeout);
    }

    /** How long a server may take to load a dump of so many bytes. */
    public static Duration loadingTime(long bytes) {
        return SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND);
    }
}
