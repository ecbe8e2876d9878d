package io.redisvault.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.redisvault.codec.AgeKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks strictly how a value is written, and writes it as SmallRye's converters read it. */
@FunctionalInterface
interface ValueFormat {

    /** Throws {@link InvalidValueException} with what is wrong. */
    String canonical(String text);

    /** Of a key, and thereby of a path. Lone surrogates have no UTF-8, so they cannot be part of any key. */
    String SEGMENT = "(?!\\.{1,2}(?:/|\\z))[^/\\\\\\p{Cc}\\p{Cs}]+";

    String BUCKET_RULE = "bucket name: 3 to 63 lower-case letters, digits, dots and hyphens";
    String PREFIX_RULE = "prefix: no empty, . or .. segments, no backslashes or control characters";
    String REGION_RULE = "is not a region such as eu-central-1";

    ValueFormat BOOLEAN = matching("(?i)true|false", "is not true or false");
    ValueFormat COUNT = wholeNumber(0, 1_000_000, "is not a whole number from 0 to 1000000");
    ValueFormat PORT = wholeNumber(0, 65_535, "is not a port from 0 to 65535");
    ValueFormat DURATION = text -> HumanDuration.parse(text).toString();
    ValueFormat AGE = duration(Duration.ofNanos(1), Duration.ofSeconds(Long.MAX_VALUE), "is not longer than zero");
    ValueFormat INTERVAL = duration(Duration.ofSeconds(1), Duration.ofSeconds(Long.MAX_VALUE), "is shorter than 1s");
    ValueFormat TIMEOUT = duration(Duration.ofMillis(1), Duration.ofHours(1), "is not a duration from 1ms to 1h");
    ValueFormat STORAGE_TYPE = lowerCase(matching("(?i)s3|gcs|filesystem", "is not s3, gcs or filesystem"));
    ValueFormat CREDENTIALS = lowerCase(matching("(?i)default|none", "is not default or none"));
    ValueFormat LOG_FORMAT = lowerCase(matching("(?i)text|json", "is not text or json"));
    ValueFormat ENCRYPTION = matching("AES256|aws:kms|aws:kms:dsse", "is not AES256, aws:kms or aws:kms:dsse");
    ValueFormat KMS_KEY = matching("[A-Za-z0-9:/_-]{1,2048}", "is not the identifier, alias or ARN of a key");
    ValueFormat STORAGE_CLASS =
            matching("[A-Z][A-Z0-9_]{0,63}", "is not a storage class; write one such as STANDARD_IA");
    ValueFormat REGION = matching("[A-Za-z0-9-]+", REGION_RULE);
    ValueFormat PROJECT_ID = matching("[a-z0-9][a-z0-9.:-]*", "is not a Google Cloud project id");
    ValueFormat HOST =
            matching("[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*", "is not a host name or IP address");
    ValueFormat TOKEN = matching("[\\x21-\\x7e]{16,}", "must have at least 16 visible ASCII characters");
    ValueFormat PASSWORD = matching("(?s).+", "is empty");
    ValueFormat BUCKET = matching("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", "is not a " + BUCKET_RULE);
    ValueFormat FILE_NAME =
            matching(SEGMENT, "is not a file name: no slashes, backslashes or control characters, not . or ..");
    ValueFormat REDIS_ADDRESS = readBy(RedisAddress::of);
    ValueFormat STORAGE_URL = readBy(StorageUrl::parts);
    ValueFormat SECRET_FILE = text -> SecretFile.of(text).path().toString();
    ValueFormat TOKEN_FILE = readBy(text -> TOKEN.canonical(SecretFile.of(text).content()));

    ValueFormat COMPRESSION = lowerCase(readBy(text -> Compression.of(text.toLowerCase(Locale.ROOT))));

    ValueFormat AGE_RECIPIENTS = text -> {
        for (String recipient : text.split(",", -1)) {
            try {
                AgeKeys.requireRecipient(recipient.strip());
            } catch (IllegalArgumentException e) {
                throw new InvalidValueException(e.getMessage());
            }
        }
        return text;
    };

    ValueFormat NODE_NAME = text -> {
        matching(
                        "(?!\\p{javaWhitespace})" + SEGMENT + "(?<!\\p{javaWhitespace})",
                        "is not a node name: no slashes, backslashes, control characters or outer spaces, not . or ..")
                .canonical(text);
        if (text.getBytes(StandardCharsets.UTF_8).length > 200) {
            throw new InvalidValueException("is longer than 200 bytes");
        }
        return text;
    };

    ValueFormat PREFIX = text -> matching("(" + SEGMENT + "(/" + SEGMENT + ")*)?", "is not a " + PREFIX_RULE)
            .canonical(text.replaceAll("^/+|/+$", ""));

    ValueFormat PATH = text -> {
        try {
            if (!text.isEmpty() && text.chars().noneMatch(Character::isISOControl)) {
                return Path.of(text).toString();
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new InvalidValueException("is not a path");
    };

    ValueFormat FILE = text -> {
        Path path = Path.of(PATH.canonical(text));
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new InvalidValueException("is not a file that can be read");
        }
        return path.toString();
    };

    ValueFormat CERTIFICATES = text -> {
        try (InputStream file = Files.newInputStream(Path.of(FILE.canonical(text)))) {
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(file)
                    .isEmpty()) {
                throw new InvalidValueException("holds no certificate");
            }
            return text;
        } catch (IOException | CertificateException e) {
            throw new InvalidValueException("is not a PEM file of certificates");
        }
    };

    ValueFormat ENDPOINT = address(
            uri -> uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null,
            "is not an address such as http://minio:9000 or https://s3.example.com, without user, query or fragment");

    ValueFormat HEARTBEAT = address(
            uri -> uri.getUserInfo() == null && uri.getFragment() == null,
            "is not an address such as https://hc-ping.com/your-uuid, without user or fragment");

    ValueFormat CRON = text -> {
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        try {
            if (ExecutionTime.forCron(parser.parse(text).validate())
                    .nextExecution(ZonedDateTime.now(ZoneOffset.UTC))
                    .isPresent()) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "is not a cron expression; write minute, hour, day, month and weekday, such as 0 3 * * *");
        }
        throw new InvalidValueException("never fires");
    };

    /** A level, or directives of the Rust version such as {@code info,redis_vault=debug}; the one for us counts. */
    ValueFormat LOG_LEVEL = text -> {
        String plain = "info";
        String ours = null;
        for (String directive : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            Matcher parts = Pattern.compile("\\s*(?:(\\S.*)=)?\\s*(trace|debug|info|warn|error|off)\\s*")
                    .matcher(directive);
            if (!parts.matches()) {
                throw new InvalidValueException("is not trace, debug, info, warn, error or off");
            }
            if (parts.group(1) == null) {
                plain = parts.group(2);
            } else if (parts.group(1).strip().matches("redis_vault(::.*)?")) {
                ours = parts.group(2);
            }
        }
        return ours == null ? plain : ours;
    };

    /** Bytes per second, such as {@code 10MiB}, {@code 500 KB} or {@code 1048576}. */
    ValueFormat RATE = text -> {
        Matcher rate = Pattern.compile("([0-9]{1,12})\\s*(?:([KMG])(i?)B|B?)").matcher(text);
        if (!rate.matches()) {
            throw new InvalidValueException("is not a number of bytes a second; write 10MiB, 500KiB or 1048576");
        }
        int power = rate.group(2) == null ? 0 : "KMG".indexOf(rate.group(2)) + 1;
        double bytes = Long.parseLong(rate.group(1)) * Math.pow("i".equals(rate.group(3)) ? 1024 : 1000, power);
        // A chunk in half a second for each of two parts: with much less, the storage would take the silence for the
        // end.
        if (bytes < 128 << 10) {
            throw new InvalidValueException("is less than 128KiB, the least there is");
        }
        if (bytes > Long.MAX_VALUE) {
            throw new InvalidValueException("is more than any number of bytes");
        }
        return Long.toString((long) bytes);
    };

    static ValueFormat matching(String pattern, String otherwise) {
        return text -> {
            if (!text.matches(pattern)) {
                throw new InvalidValueException(otherwise);
            }
            return text;
        };
    }

    private static ValueFormat address(Predicate<URI> rule, String otherwise) {
        return text -> {
            try {
                URI uri = new URI(text);
                if (text.matches("(?i)https?:.*")
                        && uri.getHost() != null
                        && uri.getPort() != 0
                        && uri.getPort() <= 65_535
                        && rule.test(uri)) {
                    return text;
                }
            } catch (URISyntaxException e) {
                // Said below.
            }
            throw new InvalidValueException(otherwise);
        };
    }

    static ValueFormat wholeNumber(int least, int most, String otherwise) {
        return text -> {
            int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
            if (number < least || number > most) {
                throw new InvalidValueException(otherwise);
            }
            return text;
        };
    }

    private static ValueFormat duration(Duration least, Duration most, String otherwise) {
        return text -> {
            Duration duration = HumanDuration.parse(text);
            if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                throw new InvalidValueException(otherwise);
            }
            return duration.toString();
        };
    }

    private static ValueFormat lowerCase(ValueFormat format) {
        return text -> format.canonical(text).toLowerCase(Locale.ROOT);
    }

    private static ValueFormat readBy(Function<String, ?> parser) {
        return text -> {
            parser.apply(text);
            return text;
        };
    }
}
