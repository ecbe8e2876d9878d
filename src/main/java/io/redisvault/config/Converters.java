package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/** From what people write to what the program uses, strictly: whatever is not exactly right is a {@link BadValue}. */
@RegisterForReflection
final class Converters {

    private Converters() {}

    public static final class StrictBoolean implements Converter<Boolean> {
        @Override
        public Boolean convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new BadValue("is not true or false");
            };
        }
    }

    public static final class Count implements Converter<Integer> {
        @Override
        public Integer convert(String value) {
            return wholeNumber(value, 1_000_000, "is not a whole number from 0 to 1000000");
        }
    }

    public static final class Port implements Converter<Integer> {
        @Override
        public Integer convert(String value) {
            return wholeNumber(value, 65_535, "is not a port from 0 to 65535");
        }
    }

    static int wholeNumber(String value, int most, String otherwise) {
        if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) > most) {
            throw new BadValue(otherwise);
        }
        return Integer.parseInt(value);
    }

    public static final class AnyDuration implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            return HumanDuration.parse(value);
        }
    }

    public static final class PositiveDuration implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration duration = HumanDuration.parse(value);
            if (duration.isZero()) {
                throw new BadValue("is not longer than zero");
            }
            return duration;
        }
    }

    public static final class Interval implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration duration = HumanDuration.parse(value);
            if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new BadValue("is shorter than 1s");
            }
            return duration;
        }
    }

    public static final class Timeout implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration duration = HumanDuration.parse(value);
            if (duration.toMillis() < 1 || duration.compareTo(Duration.ofHours(1)) > 0) {
                throw new BadValue("is not a duration from 1ms to 1h");
            }
            return duration;
        }
    }

    public static final class StorageTypeName implements Converter<StorageType> {
        @Override
        public StorageType convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "s3" -> StorageType.S3;
                case "gcs" -> StorageType.GCS;
                case "filesystem" -> StorageType.FILESYSTEM;
                default -> throw new BadValue("is not s3, gcs or filesystem");
            };
        }
    }

    public static final class LogFormatName implements Converter<LogFormat> {
        @Override
        public LogFormat convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "text" -> LogFormat.TEXT;
                case "json" -> LogFormat.JSON;
                default -> throw new BadValue("is not text or json");
            };
        }
    }

    /** One segment of a key, and thereby of a path. */
    public static final class NodeName implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!isSegment(value) || value.indexOf('/') >= 0 || !value.strip().equals(value)) {
                throw new BadValue("is not a node name: no slashes, backslashes, control characters or outer spaces,"
                        + " not . or ..");
            }
            if (value.getBytes(StandardCharsets.UTF_8).length > 200) {
                throw new BadValue("is longer than 200 bytes");
            }
            return value;
        }
    }

    public static final class FileName implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!isSegment(value) || value.indexOf('/') >= 0) {
                throw new BadValue("is not a file name: no slashes, backslashes or control characters, not . or ..");
            }
            return value;
        }
    }

    public static final class Prefix implements Converter<String> {
        @Override
        public String convert(String value) {
            String prefix = value.replaceAll("^/+|/+$", "");
            if (prefix.isEmpty()) {
                return prefix;
            }
            for (String segment : prefix.split("/", -1)) {
                if (!isSegment(segment)) {
                    throw new BadValue("is not a prefix: " + RULE);
                }
            }
            return prefix;
        }

        static final String RULE = "no empty, . or .. segments, no backslashes or control characters";
    }

    /** Lone surrogates have no UTF-8, so they cannot be part of any key. */
    private static boolean isSegment(String text) {
        return !text.isEmpty()
                && !text.equals(".")
                && !text.equals("..")
                && text.chars().noneMatch(c -> c == '\\' || Character.isISOControl(c))
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    public static final class Bucket implements Converter<String> {
        @Override
        public String convert(String value) {
            boolean wellFormed = value.matches("[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]");
            boolean address = value.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
            if (!wellFormed || address || value.contains("..")) {
                throw new BadValue("is not a bucket name: " + RULE);
            }
            return value;
        }

        static final String RULE = "3 to 63 lower-case letters, digits, dots and hyphens";
    }

    public static final class Region implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[a-z0-9-]+", "is not a region such as eu-central-1");
        }
    }

    public static final class ProjectId implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[a-z0-9][a-z0-9.:-]*", "is not a Google Cloud project id");
        }
    }

    public static final class Host implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", "is not a host name or IP address");
        }
    }

    public static final class Token implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[\\x21-\\x7e]{16,}", "must have at least 16 visible ASCII characters");
        }
    }

    private static String matching(String value, String pattern, String otherwise) {
        if (!value.matches(pattern)) {
            throw new BadValue(otherwise);
        }
        return value;
    }

    public static final class Endpoint implements Converter<URI> {
        @Override
        public URI convert(String value) {
            try {
                URI uri = new URI(value);
                boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
                boolean plain = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
                if (web && plain && uri.getHost() != null && uri.getPort() <= 65_535) {
                    return uri;
                }
                throw new BadValue(NO_ENDPOINT);
            } catch (URISyntaxException e) {
                throw new BadValue(NO_ENDPOINT, e);
            }
        }

        private static final String NO_ENDPOINT =
                "is not an address such as http://minio:9000 or https://s3.example.com, without user, query or fragment";
    }

    public static final class FilePath implements Converter<Path> {
        @Override
        public Path convert(String value) {
            if (value.isEmpty() || value.chars().anyMatch(Character::isISOControl)) {
                throw new BadValue("is not a path");
            }
            try {
                return Path.of(value);
            } catch (InvalidPathException e) {
                throw new BadValue("is not a path", e);
            }
        }
    }

    public static final class ReadableFile implements Converter<Path> {
        @Override
        public Path convert(String value) {
            Path path = new FilePath().convert(value);
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                throw new BadValue("is not a file that can be read");
            }
            return path;
        }
    }
}
