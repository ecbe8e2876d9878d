package io.redisvault.restore;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Options for loading a backup into a running server.
 *
 * @param listen our address, from which the server fetches the backup; if empty, a free port on the loopback address
 * @param force whether to replace the server's keys, and to try a dump that the server may not load
 * @param scratch whether the server is only there for a drill: it must be empty, and loading may crash it
 * @param timeout how long loading may take; if empty, it grows with the dump
 */
public record LiveOptions(Optional<ListenAddress> listen, boolean force, boolean scratch, Optional<Duration> timeout) {

    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Even slow servers on slow disks load faster than this. */
    private static final long BYTES_PER_SECOND = 4 << 20;

    /** True if everything that may crash the server or lose its data is refused. */
    boolean careful() {
        return !force && !scratch;
    }

    /** Default time limit for loading a dump of this size. */
    public static Duration loadingTime(long bytes) {
        return SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND);
    }

    /**
     * An address of this machine.
     *
     * @param host name or IP address; IPv6 without brackets
     * @param port 0 for any free port
     */
    public record ListenAddress(String host, int port) {

        private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");
        private static final int LARGEST_PORT = 65_535;

        /**
         * Reads {@code HOST:PORT}.
         *
         * @throws IllegalArgumentException if the text has another form
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
