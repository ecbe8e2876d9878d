package io.redisvault.config;

import static io.redisvault.config.ValueFormat.*;

import io.redisvault.config.VaultConfig.StorageType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How one setting of {@link VaultConfig} is named and written, and its default.
 *
 * @param keys in {@code config.yaml}: the key, then an older name of it if there is one
 * @param byDefault the value if no source has one
 * @param variables environment variables; those with the prefix of a storage count only for that storage type
 */
record Setting(List<String> keys, ValueFormat format, Optional<String> byDefault, List<String> variables) {

    /** The settings that decide the storage type come first: the others depend on it and must agree with them. */
    static final List<Setting> ALL = List.of(
            optional("backup.storage_url", STORAGE_URL, "STORAGE_URL"),
            of("storage.type", STORAGE_TYPE, "s3", "STORAGE_TYPE"),
            of("redis.connection_string", REDIS_ADDRESS, "redis://localhost:6379", "REDIS_CONNECTION"),
            optional("redis.password", PASSWORD, "REDIS_PASSWORD"),
            optional("redis.password_file", SECRET_FILE, "REDIS_PASSWORD_FILE"),
            of("redis.data_path", PATH, "/data", "REDIS_DATA_PATH"),
            of("redis.node_name", NODE_NAME, "redis-node", "REDIS_NODE_NAME"),
            of("redis.backup_master", BOOLEAN, "true", "BACKUP_MASTER"),
            of("redis.backup_replica", BOOLEAN, "true", "BACKUP_REPLICA"),
            of("redis.timeout", TIMEOUT, "5s", "REDIS_TIMEOUT"),
            optional("redis.ca_file", CERTIFICATES, "REDIS_CA_FILE"),
            optional("redis.client_cert_file", CERTIFICATES, "REDIS_CLIENT_CERT_FILE"),
            optional("redis.client_key_file", FILE, "REDIS_CLIENT_KEY_FILE"),
            of("backup.interval", INTERVAL, "1h", "BACKUP_INTERVAL"),
            optional("backup.cron", CRON, "BACKUP_CRON"),
            of("backup.initial_delay", DURATION, "300s", "INITIAL_DELAY"),
            of("backup.dump_filename", FILE_NAME, "dump.rdb", "DUMP_FILENAME"),
            of("backup.verify_dump", BOOLEAN, "true", "VERIFY_DUMP"),
            optional("backup.rate_limit", RATE, "BACKUP_RATE_LIMIT"),
            optional("backup.max_age", AGE, "MAX_BACKUP_AGE"),
            of("backup.shutdown_timeout", DURATION, "30s", "SHUTDOWN_TIMEOUT"),
            of("backup.on_shutdown", BOOLEAN, "false", "BACKUP_ON_SHUTDOWN"),
            optional("backup.heartbeat_url", HEARTBEAT, "HEARTBEAT_URL"),
            of("backup.unfinished_age", DURATION, "1d", "UNFINISHED_UPLOAD_AGE"),
            of("backup.compression", COMPRESSION, "none", "BACKUP_COMPRESSION"),
            optional("backup.age_recipients", AGE_RECIPIENTS, "BACKUP_AGE_RECIPIENTS"),
            optional("backup.age_recipients_file", AGE_RECIPIENTS_FILE, "BACKUP_AGE_RECIPIENTS_FILE"),
            optional("restore.age_identity_file", AGE_IDENTITY_FILE, "RESTORE_AGE_IDENTITY_FILE"),
            of("storage.bucket", BUCKET, "redis-vault", "S3_BUCKET", "GCS_BUCKET"),
            of("storage.prefix", PREFIX, "redis-vault", "S3_PREFIX", "GCS_PREFIX", "FILESYSTEM_PREFIX"),
            optional("storage.region", REGION, "AWS_REGION"),
            optional("storage.endpoint", ENDPOINT, "S3_ENDPOINT", "GCS_ENDPOINT"),
            optional("storage.ca_file", CERTIFICATES, "S3_CA_FILE", "GCS_CA_FILE"),
            of("storage.credentials", CREDENTIALS, "default", "GCS_CREDENTIALS"),
            optional("storage.sse", ENCRYPTION, "S3_SSE"),
            optional("storage.sse_kms_key_id", KMS_KEY, "S3_SSE_KMS_KEY_ID"),
            optional("storage.storage_class", STORAGE_CLASS, "S3_STORAGE_CLASS"),
            of("storage.conditional_writes", BOOLEAN, "true", "S3_CONDITIONAL_WRITES"),
            optional("storage.checksums", BOOLEAN, "S3_CHECKSUMS"),
            optional("storage.project_id", PROJECT_ID, "GCS_PROJECT_ID"),
            optional("storage.path", PATH, "FILESYSTEM_PATH"),
            of("storage.timeout", TIMEOUT, "60s", "STORAGE_TIMEOUT"),
            of("retention.keep_last", COUNT, "7", "RETENTION_KEEP_LAST"),
            optional("retention.keep_duration", AGE, "RETENTION_KEEP_DURATION"),
            optional("verify.cron drill.cron", CRON, "VERIFY_CRON", "DRILL_CRON"),
            of("logging.format", LOG_FORMAT, "text", "LOG_FORMAT"),
            of("logging.level", LOG_LEVEL, "info", "RUST_LOG", "LOG_LEVEL"),
            of("metrics.enabled", BOOLEAN, "true", "METRICS_ENABLED"),
            of("http.port metrics.port", PORT, "8080", "HTTP_PORT", "METRICS_PORT"),
            of("http.host metrics.listen_address", HOST, "0.0.0.0", "HTTP_HOST", "METRICS_LISTEN_ADDRESS"),
            optional("http.token", TOKEN, "API_TOKEN"),
            optional("http.token_file", TOKEN_FILE, "API_TOKEN_FILE"),
            optional("http.tls_cert_file", CERTIFICATES, "HTTP_TLS_CERT_FILE"),
            optional("http.tls_key_file", FILE, "HTTP_TLS_KEY_FILE"));

    static final List<String> VARIABLES =
            ALL.stream().flatMap(setting -> setting.variables.stream()).toList();

    private static Setting of(String keys, ValueFormat format, String byDefault, String... variables) {
        return new Setting(List.of(keys.split(" ")), format, Optional.of(byDefault), List.of(variables));
    }

    private static Setting optional(String keys, ValueFormat format, String... variables) {
        return new Setting(List.of(keys.split(" ")), format, Optional.empty(), List.of(variables));
    }

    static Setting of(String key) {
        return ALL.stream()
                .filter(setting -> setting.keys.contains(key))
                .findFirst()
                .orElseThrow();
    }

    String key() {
        return keys.get(0);
    }

    /** Rejects U+FFFD: Java reads bytes outside the locale's charset as that, so different names would become equal. */
    String canonical(String text) {
        require(text.indexOf('\uFFFD') < 0, LOCALE_RULE);
        return format.canonical(text);
    }

    /** The property of {@link VaultConfig}. A setting that names a secret's file fills the property of the secret. */
    String property() {
        return "vault." + key().replaceFirst("(password|token|recipients|identity)_file$", "$1");
    }

    /** Only S3 has a default bucket, as in the Rust version. On GCS the name may belong to somebody else. */
    Optional<String> defaultValue(StorageType type) {
        return byDefault.filter(text -> !key().equals("storage.bucket") || type == StorageType.S3);
    }

    /** A setting that should name a file may contain the secret itself, so only an absolute path is shown. */
    boolean isSecret(String text) {
        return key().matches("redis\\.connection_string|backup\\.heartbeat_url|.*\\.(password|token)")
                || key().matches(".*(password|token|_key|identity)_file") && !text.startsWith("/")
                || text.toUpperCase(Locale.ROOT).contains("AGE-SECRET-KEY");
    }

    Stream<String> variables(StorageType type) {
        return variables.stream().filter(variable -> isFor(variable, type));
    }

    /** The variable to name in a message, for this storage type. */
    String variable(StorageType type) {
        return variables(type).findFirst().orElse(variables.get(0));
    }

    /** False if the variable has no effect with this storage type. */
    static boolean isFor(String variable, StorageType type) {
        return switch (type) {
            case S3 -> !variable.matches("(GCS|GOOGLE|FILESYSTEM)_.*");
            case GCS -> !variable.matches("(S3|AWS|FILESYSTEM)_.*");
            case FILESYSTEM -> !variable.matches("(S3|AWS|GCS|GOOGLE)_.*");
        };
    }

    /**
     * A value of a setting, with the source that it comes from.
     *
     * @param source name of a variable, or a file and the key in it
     * @param canonical as SmallRye reads it; null if the value is invalid
     */
    record Value(Setting setting, String source, String text, String canonical) {

        private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

        /** One line with the source, the value unless it may be a secret, and what is wrong with it. */
        String says(String what) {
            return setting.isSecret(text) ? source + " " + what : source + ": " + quoted(text) + " " + what;
        }

        /** True if both mean the same, or one of them is invalid. */
        boolean agreesWith(Value other) {
            return canonical == null || other.canonical == null || canonical.equals(other.canonical);
        }

        /** Puts text in quotes and on one line, shortened, without the login and the query of an address. */
        static String quoted(String text) {
            String discreet = text.replaceAll("(?s)//.*@", "//***@").replaceAll("(?s)(://[^?]*\\?).*", "$1***");
            return "'" + onOneLine(discreet.length() > 120 ? discreet.substring(0, 120) + "…" : discreet) + "'";
        }

        static String onOneLine(String text) {
            return INVISIBLE
                    .matcher(text)
                    .replaceAll(c -> String.format("\\\\u%04x", c.group().codePointAt(0)));
        }
    }
}
