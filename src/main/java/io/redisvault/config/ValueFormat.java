package io.redisvault.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.redisvault.codec.AgeKeys;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Checks how a value is written, and converts it to what SmallRye's converters read. */
@FunctionalInterface
interface ValueFormat {

    /** The converted value; throws {@link InvalidValueException}. */
    String canonical(String text);

    /** A segment of a key or path. Lone surrogates are rejected because UTF-8 cannot express them. */
    String SEGMENT = "(?!\\.{1,2}(?:/|\\z))[^/\\\\\\p{Cc}\\p{Cs}]+";

    String BUCKET_RULE = "is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens";
    String REGION_RULE = "is not a region such as eu-central-1";
    String LOCALE_RULE = "has characters that the locale cannot express; set LC_ALL=C.UTF-8";
    String UNREADABLE = "is not a file that can be read";

    ValueFormat BOOLEAN = oneOf("true", "false");
    ValueFormat STORAGE_TYPE = oneOf("s3", "gcs", "filesystem");
    ValueFormat CREDENTIALS = oneOf("default", "none");
    ValueFormat LOG_FORMAT = oneOf("text", "json");
    ValueFormat LEVEL = oneOf("trace", "debug", "info", "warn", "error", "off");
    ValueFormat COUNT = wholeNumber(0, 1_000_000, "is not a whole number from 0 to 1000000");
    ValueFormat PORT = wholeNumber(0, 65_535, "is not a port from 0 to 65535");
    ValueFormat DURATION = text -> HumanDuration.parse(text).toString();
    ValueFormat AGE = duration("1ns", "1000y", "is not longer than zero");
    ValueFormat INTERVAL = duration("1s", "1000y", "is shorter than 1s");
    ValueFormat TIMEOUT = duration("1ms", "1h", "is not a duration from 1ms to 1h");
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
    ValueFormat BUCKET = matching("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", BUCKET_RULE);
    ValueFormat FILE_NAME =
            matching(SEGMENT, "is not a file name: no slashes, backslashes or control characters, not . or ..");

    /** Checks the form only; each part is checked by the setting that it sets. */
    ValueFormat STORAGE_URL = matching(
            "(s3|gs)://[^/:@?#]+(/[^?#]*)?|file:///.*",
            "is not a storage URL; write s3://bucket/prefix, gs://bucket/prefix or file:///path, without ? and #");

    ValueFormat REDIS_ADDRESS = text -> {
        RedisAddress.of(text);
        return text;
    };

    /** Converted to a level from 0 (none) to 19. */
    ValueFormat COMPRESSION = text -> {
        Matcher level = Pattern.compile("(?i)none|zstd(?::([1-9]|1[0-9]))?").matcher(text);
        require(level.matches(), "is not none, zstd, or zstd with a level, zstd:1 to zstd:19");
        return level.group(1) != null ? level.group(1) : text.equalsIgnoreCase("none") ? "0" : "1";
    };

    ValueFormat NODE_NAME = text -> {
        String rule = "is not a node name: no slashes, backslashes, control characters or outer spaces, not . or ..";
        require(text.matches(SEGMENT) && text.equals(text.strip()), rule);
        require(text.getBytes(StandardCharsets.UTF_8).length <= 200, "is longer than 200 bytes");
        return text;
    };

    ValueFormat PREFIX = text -> matching(
                    "(" + SEGMENT + "(/" + SEGMENT + ")*+)?",
                    "is not a prefix: no empty, . or .. segments, no backslashes or control characters")
            .canonical(text.replaceAll("^/+|/+$", ""));

    ValueFormat ENDPOINT = address(
            "(/[^?#]*)?",
            "is not an address such as http://minio:9000 or https://s3.example.com, without user, query or fragment");

    ValueFormat HEARTBEAT = address(
            "([/?][^#]*)?", "is not an address such as https://hc-ping.com/your-uuid, without user or fragment");

    ValueFormat CRON = text -> {
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        Optional<ZonedDateTime> next;
        try {
            ExecutionTime times = ExecutionTime.forCron(parser.parse(text).validate());
            next = times.nextExecution(ZonedDateTime.now(ZoneOffset.UTC));
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "is not a cron expression; write minute, hour, day, month and weekday, such as 0 3 * * *");
        }
        require(next.isPresent(), "never fires");
        return text;
    };

    /** A level, or directives of the Rust version like {@code info,redis_vault=debug}, of which ours counts. */
    ValueFormat LOG_LEVEL = text -> {
        Map<String, String> levels = new HashMap<>();
        for (String directive : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            int equals = directive.lastIndexOf('=');
            String target = directive.substring(0, Math.max(equals, 0)).strip().replaceFirst("::.*", "");
            levels.put(target, LEVEL.canonical(directive.substring(equals + 1).strip()));
        }
        return levels.getOrDefault("redis_vault", levels.getOrDefault("", "info"));
    };

    /** Bytes per second, for example {@code 10MiB}, {@code 500 KB} or {@code 1048576}. */
    ValueFormat RATE = text -> {
        Matcher rate = Pattern.compile("([0-9]{1,9})\\s*([KMG])(i?)B|([0-9]{1,12})\\s*B?")
                .matcher(text);
        require(rate.matches(), "is not a number of bytes a second; write 10MiB, 500KiB or 1048576");
        int power = rate.group(2) == null ? 0 : "KMG".indexOf(rate.group(2)) + 1;
        BigInteger unit =
                BigInteger.valueOf("i".equals(rate.group(3)) ? 1024 : 1000).pow(power);
        BigInteger bytes = unit.multiply(new BigInteger(rate.group(power == 0 ? 4 : 1)));
        // One 64 KiB chunk each half second. If chunks come much more rarely, the storage drops the connection.
        require(bytes.compareTo(BigInteger.valueOf(128 << 10)) >= 0, "is less than 128KiB, the least there is");
        return bytes.toString();
    };

    ValueFormat PATH = text -> {
        require(isPath(text) && text.matches("\\P{Cc}+"), "is not a path");
        return Path.of(text).toString();
    };

    ValueFormat FILE = text -> {
        Path path = Path.of(PATH.canonical(text));
        require(Files.isRegularFile(path) && Files.isReadable(path), UNREADABLE);
        require(path.toFile().length() <= 1 << 20, "has more than 1 MiB, too many for keys or certificates");
        return path.toString();
    };

    ValueFormat CERTIFICATES = text -> {
        try (InputStream file = Files.newInputStream(Path.of(FILE.canonical(text)))) {
            CertificateFactory pem = CertificateFactory.getInstance("X.509");
            require(!pem.generateCertificates(file).isEmpty(), "holds no certificate");
            return text;
        } catch (IOException | CertificateException e) {
            throw new InvalidValueException("is not a PEM file of certificates");
        }
    };

    /** A file with one line; its content becomes the value. */
    ValueFormat SECRET_FILE = text -> {
        String secret = read(text, 4096, "a secret").replaceFirst("\\R\\z", "");
        require(!secret.isEmpty(), "is an empty file; write the secret into it");
        require(secret.matches("\\P{Cc}*"), "holds more than one line, or control characters");
        return secret;
    };

    ValueFormat TOKEN_FILE = text -> TOKEN.canonical(SECRET_FILE.canonical(text));

    ValueFormat AGE_RECIPIENTS = text -> keys(Stream.of(text.split(",", -1)), AgeKeys::requireRecipient);
    ValueFormat AGE_RECIPIENTS_FILE = text -> keys(lines(text), AgeKeys::requireRecipient);

    /** Other users must not read the secret keys. The group may: Kubernetes gives a pod its files through a group. */
    ValueFormat AGE_IDENTITY_FILE = text -> {
        Stream<String> lines = lines(text);
        try {
            require(
                    !Files.getPosixFilePermissions(Path.of(text)).contains(PosixFilePermission.OTHERS_READ),
                    "may be read by others; chmod 600 it, in Kubernetes with defaultMode: 0440");
        } catch (IOException | UnsupportedOperationException unknown) {
            // This file system has no such permissions.
        }
        return keys(lines, AgeKeys::requireIdentity);
    };

    static void require(boolean right, String otherwise) {
        if (!right) {
            throw new InvalidValueException(otherwise);
        }
    }

    /** False also if the locale is not UTF-8 and cannot express the name. */
    static boolean isPath(String text) {
        try {
            return Path.of(text) != null;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    static ValueFormat matching(String pattern, String otherwise) {
        return text -> {
            require(text.matches(pattern), otherwise);
            return text;
        };
    }

    static ValueFormat wholeNumber(int least, int most, String otherwise) {
        return text -> {
            int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
            require(number >= least && number <= most, otherwise);
            return text;
        };
    }

    private static ValueFormat oneOf(String... words) {
        String known = String.join(", ", words).replaceFirst(", (\\w+)$", " or $1");
        return text -> Stream.of(words)
                .filter(text::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> new InvalidValueException("is not " + known));
    }

    private static ValueFormat duration(String least, String most, String otherwise) {
        Duration from = HumanDuration.parse(least);
        Duration to = HumanDuration.parse(most);
        return text -> {
            Duration duration = HumanDuration.parse(text);
            require(duration.compareTo(from) >= 0 && duration.compareTo(to) <= 0, otherwise);
            return duration.toString();
        };
    }

    /** @param rest pattern of what may follow host and port */
    private static ValueFormat address(String rest, String otherwise) {
        return text -> {
            try {
                URI uri = new URI(text);
                boolean server = uri.getHost() != null && uri.getPort() != 0 && uri.getPort() <= 65_535;
                require(server && text.matches("(?i)https?://[^/?#@]+" + rest), otherwise);
                return text;
            } catch (URISyntaxException e) {
                throw new InvalidValueException(otherwise);
            }
        };
    }

    /** @param what the content of the file, for the message when it has more than {@code longest} bytes */
    private static String read(String file, int longest, String what) {
        Path path = Path.of(FILE.canonical(file));
        try {
            require(Files.size(path) <= longest, "has more than " + longest + " bytes, too many for " + what);
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new InvalidValueException("is not UTF-8 text");
        } catch (IOException e) {
            throw new InvalidValueException(UNREADABLE);
        }
    }

    /** The lines of a file of keys, without comments and empty lines. */
    private static Stream<String> lines(String file) {
        return read(file, 64 << 10, "keys").lines().filter(line -> !line.matches("\\s*(#.*)?"));
    }

    /** Checks age keys and joins them with commas. */
    private static String keys(Stream<String> texts, Consumer<String> requirement) {
        List<String> keys = texts.map(String::strip).toList();
        require(!keys.isEmpty(), "holds no key");
        for (int i = 0; i < keys.size(); i++) {
            try {
                requirement.accept(keys.get(i));
            } catch (IllegalArgumentException e) {
                throw new InvalidValueException("holds a wrong key: number " + (i + 1) + " " + e.getMessage());
            }
        }
        return String.join(",", keys);
    }

    /**
     * Says what is wrong with a value. The message continues a line that names the setting, like {@code is not a path}.
     * It never repeats any part of the value, which may be a secret.
     */
    final class InvalidValueException extends IllegalArgumentException {
        InvalidValueException(String message) {
            super(message);
        }
    }
}
