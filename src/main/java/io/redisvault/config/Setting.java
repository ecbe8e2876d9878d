package io.redisvault.config;

import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One setting of {@link VaultConfig}.
 *
 * @param keys as in {@code config.yaml}: the key, and an older one of the same setting if there is one
 * @param variables environment variables; those with the prefix of a storage count only for that type
 */
record Setting(List<String> keys, ValueFormat format, List<String> variables) {

    /** The storage URL comes first, since other values must agree with it. */
    static final List<Setting> ALL = List.of(
            of("backup.storage_url", ValueFormat.STORAGE_URL, "STORAGE_URL"),
            of("redis.connection_string", ValueFormat.REDIS_ADDRESS, "REDIS_CONNECTION"),
            of("redis.password", ValueFormat.PASSWORD, "REDIS_PASSWORD"),
            of("redis.password_file", ValueFormat.SECRET_FILE, "REDIS_PASSWORD_FILE"),
            of("redis.data_path", ValueFormat.PATH, "REDIS_DATA_PATH"),
            of("redis.node_name", ValueFormat.NODE_NAME, "REDIS_NODE_NAME"),
            of("redis.backup_master", ValueFormat.BOOLEAN, "BACKUP_MASTER"),
            of("redis.backup_replica", ValueFormat.BOOLEAN, "BACKUP_REPLICA"),
            of("redis.timeout", ValueFormat.TIMEOUT, "REDIS_TIMEOUT"),
            of("redis.ca_file", ValueFormat.CERTIFICATES, "REDIS_CA_FILE"),
            of("redis.client_cert_file", ValueFormat.CERTIFICATES, "REDIS_CLIENT_CERT_FILE"),
            of("redis.client_key_file", ValueFormat.FILE, "REDIS_CLIENT_KEY_FILE"),
            of("backup.interval", ValueFormat.INTERVAL, "BACKUP_INTERVAL"),
            of("backup.cron", ValueFormat.CRON, "BACKUP_CRON"),
            of("backup.initial_delay", ValueFormat.DURATION, "INITIAL_DELAY"),
            of("backup.dump_filename", ValueFormat.FILE_NAME, "DUMP_FILENAME"),
            of("backup.verify_dump", ValueFormat.BOOLEAN, "VERIFY_DUMP"),
            of("backup.rate_limit", ValueFormat.RATE, "BACKUP_RATE_LIMIT"),
            of("backup.max_age", ValueFormat.AGE, "MAX_BACKUP_AGE"),
            of("backup.shutdown_timeout", ValueFormat.DURATION, "SHUTDOWN_TIMEOUT"),
            of("backup.on_shutdown", ValueFormat.BOOLEAN, "BACKUP_ON_SHUTDOWN"),
            of("backup.heartbeat_url", ValueFormat.HEARTBEAT, "HEARTBEAT_URL"),
            of("backup.unfinished_age", ValueFormat.DURATION, "UNFINISHED_UPLOAD_AGE"),
            of("backup.compression", ValueFormat.COMPRESSION, "BACKUP_COMPRESSION"),
            of("backup.age_recipients", ValueFormat.AGE_RECIPIENTS, "BACKUP_AGE_RECIPIENTS"),
            of("backup.age_recipients_file", AgeKeyFile::recipients, "BACKUP_AGE_RECIPIENTS_FILE"),
            of("restore.age_identity_file", AgeKeyFile::identities, "RESTORE_AGE_IDENTITY_FILE"),
            of("storage.type", ValueFormat.STORAGE_TYPE, "STORAGE_TYPE"),
            of("storage.bucket", ValueFormat.BUCKET, "S3_BUCKET", "GCS_BUCKET"),
            of("storage.prefix", ValueFormat.PREFIX, "S3_PREFIX", "GCS_PREFIX", "FILESYSTEM_PREFIX"),
            of("storage.region", ValueFormat.REGION, "AWS_REGION"),
            of("storage.endpoint", ValueFormat.ENDPOINT, "S3_ENDPOINT", "GCS_ENDPOINT"),
            of("storage.ca_file", ValueFormat.CERTIFICATES, "S3_CA_FILE", "GCS_CA_FILE"),
            of("storage.credentials", ValueFormat.CREDENTIALS, "GCS_CREDENTIALS"),
            of("storage.sse", ValueFormat.ENCRYPTION, "S3_SSE"),
            of("storage.sse_kms_key_id", ValueFormat.KMS_KEY, "S3_SSE_KMS_KEY_ID"),
            of("storage.storage_class", ValueFormat.STORAGE_CLASS, "S3_STORAGE_CLASS"),
            of("storage.conditional_writes", ValueFormat.BOOLEAN, "S3_CONDITIONAL_WRITES"),
            of("storage.checksums", ValueFormat.BOOLEAN, "S3_CHECKSUMS"),
            of("storage.project_id", ValueFormat.PROJECT_ID, "GCS_PROJECT_ID"),
            of("storage.path", ValueFormat.PATH, "FILESYSTEM_PATH"),
            of("storage.timeout", ValueFormat.TIMEOUT, "STORAGE_TIMEOUT"),
            of("retention.keep_last", ValueFormat.COUNT, "RETENTION_KEEP_LAST"),
            of("retention.keep_duration", ValueFormat.AGE, "RETENTION_KEEP_DURATION"),
            renamed("verify.cron", "drill.cron", ValueFormat.CRON, "VERIFY_CRON", "DRILL_CRON"),
            of("logging.format", ValueFormat.LOG_FORMAT, "LOG_FORMAT"),
            of("logging.level", ValueFormat.LOG_LEVEL, "RUST_LOG", "LOG_LEVEL"),
            of("metrics.enabled", ValueFormat.BOOLEAN, "METRICS_ENABLED"),
            renamed("http.port", "metrics.port", ValueFormat.PORT, "HTTP_PORT", "METRICS_PORT"),
            renamed("http.host", "metrics.listen_address", ValueFormat.HOST, "HTTP_HOST", "METRICS_LISTEN_ADDRESS"),
            of("http.token", ValueFormat.TOKEN, "API_TOKEN"),
            of("http.token_file", ValueFormat.TOKEN_FILE, "API_TOKEN_FILE"),
            of("http.tls_cert_file", ValueFormat.CERTIFICATES, "HTTP_TLS_CERT_FILE"),
            of("http.tls_key_file", ValueFormat.FILE, "HTTP_TLS_KEY_FILE"));

    static final List<String> VARIABLES =
            ALL.stream().flatMap(setting -> setting.variables.stream()).toList();

    private static final Map<String, String> DEFAULTS =
            ConfigClass.configClass(VaultConfig.class).getProperties();

    private static Setting of(String key, ValueFormat format, String... variables) {
        return new Setting(List.of(key), format, List.of(variables));
    }

    private static Setting renamed(String key, String formerKey, ValueFormat format, String... variables) {
        return new Setting(List.of(key, formerKey), format, List.of(variables));
    }

    static Setting of(String key) {
        return find(key).orElseThrow();
    }

    static Optional<Setting> find(String key) {
        return ALL.stream().filter(setting -> setting.keys.contains(key)).findFirst();
    }

    String key() {
        return keys.get(0);
    }

    Optional<String> defaultValue(StorageType type) {
        boolean bucket = key().equals("storage.bucket") && type == StorageType.S3;
        return Optional.ofNullable(bucket ? "redis-vault" : DEFAULTS.get("vault." + key()));
    }

    /** A setting that is empty by default is not set by an empty value, but without its bucket it would use another. */
    boolean mayBeEmpty() {
        return defaultValue(StorageType.GCS).isEmpty() && !key().equals("storage.bucket");
    }

    /** A path of a secret's file is shown only if it is one: somebody may have put the secret there. */
    boolean isSecret(String text) {
        return key().matches("redis\\.connection_string|backup\\.heartbeat_url|.*\\.(password|token)")
                || key().matches(".*(password|token|_key|identity)_file") && !text.startsWith("/")
                || text.toUpperCase(Locale.ROOT).contains("AGE-SECRET-KEY");
    }

    /** The variable to name to somebody who uses this type of storage. */
    String variableFor(StorageType type) {
        return variables.stream()
                .filter(variable -> isFor(variable, type))
                .findFirst()
                .orElse(variables.get(0));
    }

    /** Variables that mean something with this type of storage only, or with any. */
    Stream<String> variables(Optional<StorageType> scope) {
        return variables.stream().filter(variable -> scopeOf(variable).equals(scope));
    }

    /** False for a variable that means nothing with this type of storage. */
    static boolean isFor(String variable, StorageType type) {
        return scopeOf(variable).orElse(type) == type;
    }

    /** The type of storage without which the variable means nothing. */
    static Optional<StorageType> scopeOf(String variable) {
        return switch (variable.replaceFirst("_.*", "")) {
            case "S3", "AWS" -> Optional.of(StorageType.S3);
            case "GCS", "GOOGLE" -> Optional.of(StorageType.GCS);
            case "FILESYSTEM" -> Optional.of(StorageType.FILESYSTEM);
            default -> Optional.empty();
        };
    }
}
