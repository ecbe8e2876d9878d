package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
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

    public static final class Encryption implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!List.of("AES256", "aws:kms", "aws:kms:dsse").contains(value)) {
                throw new BadValue("is not AES256, aws:kms or aws:kms:dsse");
            }
            return value;
        }
    }

    public static final class KmsKey implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!value.matches("[A-Za-z0-9:/_-]{1,2048}")) {
                throw new BadValue("is not the identifier, alias or ARN of a key");
            }
            return value;
        }
    }

    public static final class StorageClass implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!value.matches("[A-Z][A-Z0-9_]{0,63}")) {
                throw new BadValue("is not a storage class; write one such as STANDARD_IA");
            }
            return value;
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

    /** A PEM file of certificates. */
    public static final class Certificates implements Converter<Path> {
        @Override
        public Path convert(String value) {
            Path path = new ReadableFile().convert(value);
            try (InputStream file = Files.newInputStream(path)) {
                if (CertificateFactory.getInstance("X.509")
                        .generateCertificates(file)
                        .isEmpty()) {
                    throw new BadValue("holds no certificate");
                }
            } catch (IOException | CertificateException e) {
                throw new BadValue("is not a PEM file of certificates", e);
            }
            return path;
        }
    }
}
