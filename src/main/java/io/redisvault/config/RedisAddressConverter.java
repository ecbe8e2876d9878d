package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Connection strings as the original and Redis' own tools write them. */
@RegisterForReflection
public final class RedisAddressConverter implements Converter<RedisAddress> {

    private static final String FORMS =
            "write redis://host:6379, rediss://user:password@host:6379/0 or unix:///path/redis.sock";
    private static final Pattern PARTS =
            Pattern.compile("(redis|rediss|unix|redis\\+unix)://([^/?#]*)([^?#]*)(?:\\?([^#]*))?");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*])(?::([0-9]{1,5}))?");

    @Override
    public RedisAddress convert(String value) {
        Matcher parts = PARTS.matcher(value);
        if (!parts.matches()) {
            throw new BadValue("is not a Redis address; " + FORMS);
        }
        String scheme = parts.group(1);
        String authority = parts.group(2);
        Query query = Query.parse(parts.group(4));
        if (scheme.endsWith("unix")) {
            return socket(authority, parts.group(3), query);
        }
        // The last one, as the original does, so that a bare @ within a password works too.
        int at = authority.lastIndexOf('@');
        Matcher address = HOST_AND_PORT.matcher(authority.substring(at + 1));
        if (!address.matches()) {
            throw new BadValue("has no valid host and port; percent-encode / ? # and % in a password; " + FORMS);
        }
        Optional<String> userInfo = at < 0 ? Optional.empty() : Optional.of(authority.substring(0, at));
        return new RedisAddress(
                scheme.equals("rediss"),
                address.group(1),
                address.group(2) == null ? 6379 : port(address.group(2)),
                Optional.empty(),
                userInfo.flatMap(RedisAddressConverter::userOf).or(query::user),
                userInfo.flatMap(RedisAddressConverter::passwordOf).or(query::password),
                path(parts.group(3)).or(query::database).orElse(0));
    }

    private static RedisAddress socket(String authority, String path, Query query) {
        if (!authority.isEmpty() || path.length() < 2) {
            throw new BadValue("has no absolute path of a socket; write unix:///path/redis.sock?db=0");
        }
        return new RedisAddress(
                false,
                "localhost",
                6379,
                Optional.of(decoded(path)),
                query.user(),
                query.password(),
                query.database().orElse(0));
    }

    private static int port(String text) {
        int port = Converters.wholeNumber(text, 65_535, "has a port that is not from 1 to 65535");
        if (port == 0) {
            throw new BadValue("has a port that is not from 1 to 65535");
        }
        return port;
    }

    private static Optional<Integer> path(String path) {
        return path.length() < 2 ? Optional.empty() : Optional.of(databaseOf(path.substring(1)));
    }

    static int databaseOf(String text) {
        return Converters.wholeNumber(text, 999_999, "has a database that is not a whole number");
    }

    private static Optional<String> userOf(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        return Optional.of(decoded(user)).filter(name -> !name.isEmpty());
    }

    private static Optional<String> passwordOf(String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon < 0 ? Optional.empty() : Optional.of(decoded(userInfo.substring(colon + 1)));
    }

    /** Percent-decoding as in any URL, where a {@code +} is a plus. */
    static String decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            boolean escape = bytes[i] == '%';
            int high = escape && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = escape && i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (escape && (high < 0 || low < 0)) {
                throw new BadValue("has a % that is not followed by two hexadecimal digits; write %25 for it");
            }
            decoded.put(escape ? (byte) (high * 16 + low) : bytes[i]);
            i += escape ? 2 : 0;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new BadValue("has percent-encoded bytes that are not UTF-8", e);
        }
    }

    /** What may follow a question mark; the original's {@code protocol} changes nothing here. */
    private record Query(Optional<String> user, Optional<String> password, Optional<Integer> database) {

        static Query parse(String text) {
            Optional<String> user = Optional.empty();
            Optional<String> password = Optional.empty();
            Optional<Integer> database = Optional.empty();
            for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                String value = decoded(pair.substring(equals + 1));
                switch (pair.substring(0, Math.max(equals, 0))) {
                    case "user" -> user = Optional.of(value);
                    case "pass", "password" -> password = Optional.of(value);
                    case "db" -> database = Optional.of(databaseOf(value));
                    case "protocol" -> {}
                    default -> throw new BadValue("has a parameter other than db, user and password");
                }
            }
            return new Query(user, password, database);
        }
    }
}
