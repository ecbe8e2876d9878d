package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis listens and as whom to ask it. Neither user nor password appear in {@link #toString}.
 *
 * @param host name or address, an IPv6 one in brackets; {@code localhost} with a socket
 * @param socket path of a Unix domain socket, which then replaces host and port
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
    private static final Pattern PARTS = Pattern.compile(
            "(?:(redis|valkey)(s?)|unix|redis\\+unix|valkey\\+unix)://([^/?#]*)([^?#]*)(?:\\?([^#]*))?");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*])(?::([0-9]{1,5}))?");
    private static final ValueFormat PORT =
            ValueFormat.wholeNumber(1, 65_535, "has a port that is not from 1 to 65535");
    private static final ValueFormat DATABASE =
            ValueFormat.wholeNumber(0, 999_999, "has a database that is not a whole number");

    /** Connection strings as the Rust version and the tools of Redis and Valkey write them. */
    public static RedisAddress of(String text) {
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            throw new InvalidValueException("is not a Redis address; " + FORMS);
        }
        boolean socket = parts.group(1) == null;
        String authority = parts.group(3);
        String path = parts.group(4);
        if (socket && (!authority.isEmpty() || path.length() < 2)) {
            throw new InvalidValueException("has no absolute path of a socket; write unix:///path/redis.sock?db=0");
        }
        // The last one, as in the Rust version, so that a bare @ within a password works, too.
        int at = authority.lastIndexOf('@');
        Matcher address = HOST_AND_PORT.matcher(socket ? "localhost" : authority.substring(at + 1));
        if (!address.matches()) {
            throw new InvalidValueException(
                    "has no valid host and port; percent-encode / ? # and % in a password; " + FORMS);
        }
        Map<String, String> facts = query(parts.group(5));
        String[] login = authority.substring(0, Math.max(at, 0)).split(":", 2);
        if (!login[0].isEmpty()) {
            facts.put("user", decoded(login[0]));
        }
        if (login.length > 1) {
            facts.put("password", decoded(login[1]));
        }
        if (!socket && path.length() > 1) {
            facts.put("db", path.substring(1));
        }
        return new RedisAddress(
                !socket && !parts.group(2).isEmpty(),
                address.group(1),
                Integer.parseInt(PORT.canonical(address.group(2) == null ? "6379" : address.group(2))),
                socket ? Optional.of(decoded(path)) : Optional.empty(),
                Optional.ofNullable(facts.get("user")),
                Optional.ofNullable(facts.get("password")),
                Integer.parseInt(DATABASE.canonical(facts.getOrDefault("db", "0"))));
    }

    /** Parameters after the question mark; {@code protocol}, which the Rust version knows, changes nothing here. */
    private static Map<String, String> query(String text) {
        Map<String, String> query = new HashMap<>();
        for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
            if (!pair.matches("(?s)(user|pass|password|db|protocol)=.*")) {
                throw new InvalidValueException("has a parameter other than db, user and password");
            }
            String name = pair.substring(0, pair.indexOf('='));
            query.put(name.equals("pass") ? "password" : name, decoded(pair.substring(name.length() + 1)));
        }
        return query;
    }

    /** Percent-decoding as in any URL, where a {@code +} is a plus. */
    private static String decoded(String text) {
        if (text.matches("(?s).*%(?![0-9A-Fa-f]{2}).*")) {
            throw new InvalidValueException("has a % that is not followed by two hexadecimal digits; write %25 for it");
        }
        String decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (decoded.indexOf('\uFFFD') >= 0) {
            throw new InvalidValueException("has percent-encoded bytes that are not UTF-8");
        }
        return decoded;
    }

    /**
     * The address as Vert.x' Redis client reads it without loss: it decodes {@code +} to a space, drops a user
     * without a password, splits a socket's query after decoding it, and Quarkus splits lists at commas. Database 0 is
     * left out, since to select it takes a permission of its own.
     */
    String toClientUri() {
        String credentials = user.isEmpty() && password.isEmpty()
                ? ""
                : encoded(user.orElse("")) + ":" + encoded(password.orElse("")) + "@";
        if (socket.isPresent()) {
            String authority = credentials.isEmpty() ? "" : credentials + host;
            return "unix://" + authority + encoded(socket.get()).replace("%2F", "/")
                    + (database == 0 ? "" : "?db=" + database);
        }
        return scheme() + credentials + host + ":" + port + (database == 0 ? "" : "/" + database);
    }

    /** True if both are spelt the same, whatever the user and the database. */
    boolean isSameServer(RedisAddress other) {
        return tls == other.tls && host.equals(other.host) && port == other.port && socket.equals(other.socket);
    }

    RedisAddress withPassword(String given) {
        return new RedisAddress(tls, host, port, socket, user, Optional.of(given), database);
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
