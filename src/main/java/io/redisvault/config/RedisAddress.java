package io.redisvault.config;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where Redis listens and as whom to ask it. Neither user nor password appear in {@link #toString}.
 *
 * @param host name or address, an IPv6 one in brackets; {@code localhost} with a socket
 * @param socket path of a Unix domain socket, which then replaces host and port
 */
public record RedisAddress(
        boolean tls,
        String host,
        int port,
        Optional<String> socket,
        Optional<String> user,
        Optional<String> password,
        int database) {

    /**
     * The address as Vert.x' Redis client reads it without loss: it decodes {@code +} to a space, drops a user
     * without a password, splits a socket's query after decoding it, and Quarkus splits lists at commas. Database 0 is
     * left out, since to select it takes a permission of its own.
     */
    String toClientUri() {
        String credentials = user.isEmpty() && password.isEmpty()
                ? ""
                : encoded(user.orElse(""), "") + ":" + encoded(password.orElse(""), "") + "@";
        if (socket.isPresent()) {
            String authority = credentials.isEmpty() ? "" : credentials + host;
            return "unix://" + authority + encoded(socket.get(), "/") + (database == 0 ? "" : "?db=" + database);
        }
        return (tls ? "rediss://" : "redis://") + credentials + host + ":" + port
                + (database == 0 ? "" : "/" + database);
    }

    RedisAddress withPassword(String given) {
        return new RedisAddress(tls, host, port, socket, user, Optional.of(given), database);
    }

    @Override
    public String toString() {
        return socket.map(path -> "unix://" + path + "?db=" + database)
                .orElse((tls ? "rediss://" : "redis://") + host + ":" + port + "/" + database);
    }

    private static String encoded(String text, String safe) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean unreserved = b > 0 && (Character.isLetterOrDigit(b) || ("-._~" + safe).indexOf(b) >= 0);
            encoded.append(unreserved ? String.valueOf((char) b) : String.format("%%%02X", b));
        }
        return encoded.toString();
    }
}
