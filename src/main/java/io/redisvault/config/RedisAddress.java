package io.redisvault.config;

import static io.redisvault.config.ValueFormat.require;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis listens, and the login to use. {@link #toString} shows neither user nor password.
 *
 * @param host name or IP address, IPv6 in brackets; {@code localhost} if there is a socket
 * @param socket path of a Unix domain socket, which replaces host and port
 */
@RegisterForReflection
public record RedisAddress(
        boolean tls,
        String host,
        int port,
        Optional<String> socket,
        Optional<String> user,
        Optional<String> password,
        int database) {

    private static final String FORMS =
            "write redis://host:6379, rediss://user:password@host:6379/0 or unix:///path/redis.sock";

    /** The login ends at the last {@code @}, as in the Rust version, so a password may contain one. */
    private static final Pattern PARTS =
            Pattern.compile("(?:(?:redis|valkey)(?<tls>s?)|(?:(?:redis|valkey)\\+)?unix)://"
                    + "(?:(?<user>[^/?#:]*)(?::(?<password>[^/?#]*))?@)?(?<server>[^/?#@]*)"
                    + "(?<path>[^?#]*)(?:\\?(?<query>[^#]*))?");

    private static final Pattern SERVER =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*])(?::([0-9]{1,5}))?");

    private static final ValueFormat PORT =
            ValueFormat.wholeNumber(1, 65_535, "has a port that is not from 1 to 65535");
    private static final ValueFormat DATABASE =
            ValueFormat.wholeNumber(0, 999_999, "has a database that is not a whole number");

    /** Parses a connection string; throws {@link IllegalArgumentException}, whose message does not repeat it. */
    public static RedisAddress of(String text) {
        Matcher parts = PARTS.matcher(text);
        require(parts.matches(), "is not a Redis address; " + FORMS);
        boolean socket = parts.group("tls") == null;
        String path = parts.group("path");
        String noSocket = "has no absolute path of a socket; write unix:///path/redis.sock?db=0";
        require(!socket || text.contains(":///") && path.length() > 1, noSocket);
        Matcher server = SERVER.matcher(socket ? "localhost" : parts.group("server"));
        require(server.matches(), "has no valid host and port; percent-encode / ? # and % in a password; " + FORMS);
        // The Rust version knows the parameter "protocol". It is accepted and has no effect.
        String query = Objects.toString(parts.group("query"), "");
        boolean known = query.matches("((user|pass|password|db|protocol)=[^&]*(&(?=.)|$))*+");
        require(known, "has a parameter other than db, user and password");
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&")) {
            put(
                    values,
                    pair.replaceFirst("=.*", "").replaceFirst("^pass$", "password"),
                    pair.replaceFirst("^.*?=", ""));
        }
        put(values, "user", parts.group("user"));
        put(values, "password", parts.group("password"));
        put(values, "db", socket || path.isEmpty() ? null : path.substring(1));
        return new RedisAddress(
                "s".equals(parts.group("tls")),
                server.group(1),
                Integer.parseInt(PORT.canonical(Objects.toString(server.group(2), "6379"))),
                socket ? Optional.of(decoded(path)) : Optional.empty(),
                Optional.ofNullable(values.get("user")),
                Optional.ofNullable(values.get("password")),
                Integer.parseInt(DATABASE.canonical(values.getOrDefault("db", "0"))));
    }

    private static void put(Map<String, String> values, String name, String encoded) {
        if (encoded != null && !encoded.isEmpty()) {
            values.put(name, decoded(encoded));
        }
    }

    /** Decodes percent-encoding. A {@code +} stays a plus, unlike in form data. */
    static String decoded(String text) {
        require(
                !text.matches("(?s).*%(?![0-9A-Fa-f]{2}).*"),
                "has a % that is not followed by two hexadecimal digits; write %25 for it");
        String decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        require(decoded.indexOf('\uFFFD') < 0, "has percent-encoded bytes that are not UTF-8");
        return decoded;
    }

    /**
     * Writes the address so that the Redis client of Vert.x reads it without loss. The client decodes {@code +} to a
     * space, drops a user without a password, and decodes a socket's query before it splits it; Quarkus splits lists at
     * commas. Database 0 is left out because selecting it needs an extra permission.
     */
    String toClientUri() {
        String login = user.isEmpty() && password.isEmpty()
                ? ""
                : encoded(user.orElse("")) + ":" + encoded(password.orElse("")) + "@";
        if (socket.isPresent()) {
            return "unix://" + (login.isEmpty() ? "" : login + host)
                    + encoded(socket.get()).replace("%2F", "/") + (database == 0 ? "" : "?db=" + database);
        }
        return scheme() + login + host + ":" + port + (database == 0 ? "" : "/" + database);
    }

    /** Compares what is written, without resolving names. User, password and database do not matter. */
    boolean isSameServer(RedisAddress other) {
        return tls == other.tls && host.equals(other.host) && port == other.port && socket.equals(other.socket);
    }

    RedisAddress withPassword(String newPassword) {
        return new RedisAddress(tls, host, port, socket, user, Optional.of(newPassword), database);
    }

    @Override
    public String toString() {
        return socket.map(path -> "unix://" + path + "?db=" + database)
                .orElse(scheme() + host + ":" + port + "/" + database);
    }

    private String scheme() {
        return tls ? "rediss://" : "redis://";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
