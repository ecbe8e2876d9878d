package io.redisvault.restore;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How to load a backup into a running server.
 *
 * @param listen where the server fetches it; a free port of the loopback address when empty
 * @param force whether to replace the server's keys, and to try a dump that it may not load
 * @param scratch whether the server is there for a drill only: it must be empty, and may end by the loading
 * @param timeout for the loading; by default one that grows with the dump
 */
public record LiveOptions(Optional<ListenAddress> listen, boolean force, boolean scratch, Optional<Duration> timeout) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Less than slow servers on slow disks reach. */
    private static final long BYTES_PER_SECOND = 4 << 20;

    /** True if what may end the server, or lose its data, is refused. */
    boolean careful() {
        return !force && !scratch;
    }

    /** How long a server may take to load a dump of so many bytes. */
    public static Duration loadingTime(long bytes) {
        return SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND);
    }

    /**
     * An address of this machine.
     *
     * @param host name or address, an IPv6 one without brackets
     * @param port 0 for any free one
     */
    public record ListenAddress(String host, int port) {

        private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");
        private static final int LARGEST_PORT = 65_535;

        /**
         * Reads {@code HOST:PORT}.
         *
         * @throws IllegalArgumentException if it is none
         */
        public static ListenAddress parse(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches() || Integer.parseInt(parts.group(3)) > LARGEST_PORT) {
                throw new IllegalArgumentException("is not HOST:PORT, such as 10.0.0.7:7000");
            }
            String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
            return new ListenAddress(host, Integer.parseInt(parts.group(3)));
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
