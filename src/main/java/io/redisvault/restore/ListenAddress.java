package io.redisvault.restore;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address of this machine where a server fetches a backup.
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
        return new ListenAddress(
                parts.group(1) == null ? parts.group(2) : parts.group(1), Integer.parseInt(parts.group(3)));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
