package io.redisvault.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A proxy of the environment.
 *
 * @param user if it wants one
 * @param password perhaps empty
 */
public record HttpProxy(String host, int port, Optional<String> user, String password) {

    private static final int DEFAULT_PORT = 80;

    /**
     * The proxy by which a server is to be reached, as {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} say it, in
     * capitals or not.
     *
     * @throws IllegalArgumentException if the variable is no address of an HTTP proxy
     */
    public static Optional<HttpProxy> of(URI server, Map<String, String> environment) {
        String name = server.getScheme().toUpperCase(Locale.ROOT) + "_PROXY";
        boolean direct = Stream.of(variable("NO_PROXY", environment).orElse("").split("[,\\s]+"))
                .anyMatch(entry -> matches(entry.toLowerCase(Locale.ROOT), server));
        return direct ? Optional.empty() : variable(name, environment).map(value -> parse(name, value));
    }

    private static Optional<String> variable(String name, Map<String, String> environment) {
        return Stream.of(name.toLowerCase(Locale.ROOT), name)
                .flatMap(spelling -> Stream.ofNullable(environment.get(spelling)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    private static HttpProxy parse(String name, String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null && uri.getScheme().equalsIgnoreCase("http")) {
                String[] login =
                        Optional.ofNullable(uri.getRawUserInfo()).orElse("").split(":", 2);
                return new HttpProxy(
                        uri.getHost(),
                        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                        Optional.of(decoded(login[0])).filter(user -> !user.isEmpty()),
                        login.length == 1 ? "" : decoded(login[1]));
            }
        } catch (IllegalArgumentException e) {
            // Said below, without the password that is in it.
        }
        throw new IllegalArgumentException(name + " is not the address of an HTTP proxy; write http://proxy:3128");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** A name means its subdomains, too; a network is of addresses only. */
    private static boolean matches(String entry, URI server) {
        String host = server.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        if (entry.contains("/")) {
            return isInNetwork(host, entry);
        }
        String name = entry.replaceFirst("^\\*?\\.", "").replaceAll("[\\[\\]]", "");
        boolean onePort = name.matches("[^:]+:\\d+");
        if (onePort && !name.endsWith(":" + port(server))) {
            return false;
        }
        String wanted = onePort ? name.substring(0, name.indexOf(':')) : name;
        return wanted.equals("*") || !wanted.isEmpty() && (host.equals(wanted) || host.endsWith("." + wanted));
    }

    private static int port(URI server) {
        return server.getPort() < 0 ? server.getScheme().equalsIgnoreCase("https") ? 443 : 80 : server.getPort();
    }

    /** @param network such as {@code 10.0.0.0/8} */
    private static boolean isInNetwork(String host, String network) {
        String[] parts = network.split("/", 2);
        // Only addresses: a name would be resolved.
        if (!host.matches("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*") || !parts[1].matches("\\d{1,3}")) {
            return false;
        }
        try {
            byte[] address = InetAddress.getByName(host).getAddress();
            byte[] base = InetAddress.getByName(parts[0]).getAddress();
            int others = address.length * 8 - Integer.parseInt(parts[1]);
            return address.length == base.length
                    && others >= 0
                    && new BigInteger(1, address).shiftRight(others).equals(new BigInteger(1, base).shiftRight(others));
        } catch (UnknownHostException noAddress) {
            return false;
        }
    }

    /** Such as {@code proxy:3128}. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
