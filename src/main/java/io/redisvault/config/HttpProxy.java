package io.redisvault.config;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The HTTP proxy that the environment names for a server.
 *
 * @param user empty if the proxy asks for no login
 */
public record HttpProxy(String host, int port, Optional<String> user, String password) {

    /**
     * Finds the proxy for a server in {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, in upper or lower
     * case. Empty if the server is reached directly.
     *
     * @throws IllegalArgumentException if the variable is not the address of an HTTP proxy
     */
    public static Optional<HttpProxy> of(URI server, Map<String, String> environment) {
        String name = server.getScheme().toUpperCase(Locale.ROOT) + "_PROXY";
        boolean direct = Stream.of(variable("NO_PROXY", environment).orElse("").split("[,\\s]+"))
                .anyMatch(entry -> matches(entry.toLowerCase(Locale.ROOT), server));
        return direct ? Optional.empty() : variable(name, environment).map(value -> parse(name, value));
    }

    private static Optional<String> variable(String name, Map<String, String> environment) {
        return Stream.of(name.toLowerCase(Locale.ROOT), name)
                .map(spelling -> environment.getOrDefault(spelling, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    private static HttpProxy parse(String name, String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            ValueFormat.require(uri.getHost() != null && uri.getScheme().equalsIgnoreCase("http"), "");
            String[] login = Objects.toString(uri.getRawUserInfo(), "").split(":", 2);
            return new HttpProxy(
                    uri.getHost(),
                    uri.getPort() < 0 ? 80 : uri.getPort(),
                    Optional.of(RedisAddress.decoded(login[0])).filter(user -> !user.isEmpty()),
                    login.length == 1 ? "" : RedisAddress.decoded(login[1]));
        } catch (IllegalArgumentException e) {
            // Does not repeat the value: it may contain a password.
            throw new IllegalArgumentException(name + " is not the address of an HTTP proxy; write http://proxy:3128");
        }
    }

    /** A name also matches its subdomains. A network matches IP addresses only: no name is resolved. */
    private static boolean matches(String entry, URI server) {
        String host = plain(server.getHost().toLowerCase(Locale.ROOT));
        if (entry.contains("/")) {
            return isInNetwork(host, entry);
        }
        String name = plain(entry.replaceFirst("^\\*?\\.", ""));
        if (name.matches("[^:]+:" + port(server))) {
            name = name.substring(0, name.indexOf(':'));
        }
        return name.equals("*") || !name.isEmpty() && ("." + host).endsWith("." + name);
    }

    private static String plain(String host) {
        return host.replaceAll("[\\[\\]]", "");
    }

    private static int port(URI server) {
        return server.getPort() < 0 ? server.getScheme().equalsIgnoreCase("https") ? 443 : 80 : server.getPort();
    }

    /** @param network for example {@code 10.0.0.0/8} */
    private static boolean isInNetwork(String host, String network) {
        String[] parts = network.split("/", 2);
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        InetAddress base = NetUtil.createInetAddressFromIpAddressString(parts[0]);
        try {
            return address != null
                    && base != null
                    && new IpSubnetFilterRule(base, Integer.parseInt(parts[1]), IpFilterRuleType.ACCEPT)
                            .matches(new InetSocketAddress(address, 0));
        } catch (IllegalArgumentException invalidPrefixLength) {
            return false;
        }
    }

    /** Host and port without the login, for example {@code proxy:3128}. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
