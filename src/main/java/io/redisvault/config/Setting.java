package io.redisvault.config;

import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One setting of {@link VaultConfig}.
 *
 * @param key as in {@code config.yaml}
 * @param formerKey older key of the same setting, or the key itself
 * @param variables environment variables; those with the prefix of a storage count only for that type
 */
record Setting(String key, String formerKey, Format format, List<String> variables) {

    /** The storage URL comes first, since other values must agree with it. */
    static final List<Setting> ALL = List.of(
            of("backup.storage_url", StorageUrl.FORMAT, "STORAGE_URL"),
            of("redis.connection_string", Format.REDIS_ADDRESS, "REDIS_CONNECTION"),
            of("redis.password", Format.PASSWORD, "REDIS_PASSWORD"),
            of("redis.password_file", Format.SECRET_FILE, "REDIS_PASSWORD_FILE"),
            of("redis.data_path", Format.PATH, "REDIS_DATA_PATH"),
            of("redis.node_name", Format.NODE_NAME, "REDIS_NODE_NAME"),
            of("redis.backup_master", Format.BOOLEAN, "BACKUP_MASTER"),
            of("redis.backup_replica", Format.BOOLEAN, "BACKUP_REPLICA"),
            of("redis.timeout", Format.TIMEOUT, "REDIS_TIMEOUT"),
            of("redis.ca_file", Format.CERTIFICATES, "REDIS_CA_FILE"),
            of("redis.client_cert_file", Format.CERTIFICATES, "REDIS_CLIENT_CERT_FILE"),
            of("redis.client_key_file", Format.FILE, "REDIS_CLIENT_KEY_FILE"),
            of("backup.interval", Format.INTERVAL, "BACKUP_INTERVAL"),
            of("backup.cron", Format.CRON, "BACKUP_CRON"),
            of("backup.initial_delay", Format.DURATION, "INITIAL_DELAY"),
            of("backup.dump_filename", Format.FILE_NAME, "DUMP_FILENAME"),
            of("backup.verify_dump", Format.BOOLEAN, "VERIFY_DUMP"),
            of("backup.rate_limit", Format.RATE, "BACKUP_RATE_LIMIT"),
            of("backup.max_age", Format.AGE, "MAX_BACKUP_AGE"),
            of("backup.shutdown_timeout", Format.DURATION, "SHUTDOWN_TIMEOUT"),
            of("backup.unfinished_age", Format.DURATION, "UNFINISHED_UPLOAD_AGE"),
            of("storage.type", Format.STORAGE_TYPE, "STORAGE_TYPE"),
            of("storage.bucket", Format.BUCKET, "S3_BUCKET", "GCS_BUCKET"),
            of("storage.prefix", Format.PREFIX, "S3_PREFIX", "GCS_PREFIX", "FILESYSTEM_PREFIX"),
            of("storage.region", Format.REGION, "AWS_REGION"),
            of("storage.endpoint", Format.ENDPOINT, "S3_ENDPOINT", "GCS_ENDPOINT"),
            of("storage.ca_file", Format.CERTIFICATES, "S3_CA_FILE", "GCS_CA_FILE"),
            of("storage.credentials", Format.CREDENTIALS, "GCS_CREDENTIALS"),
            of("storage.sse", Format.ENCRYPTION, "S3_SSE"),
            of("storage.sse_kms_key_id", Format.KMS_KEY, "S3_SSE_KMS_KEY_ID"),
            of("storage.storage_class", Format.STORAGE_CLASS, "S3_STORAGE_CLASS"),
            of("storage.conditional_writes", Format.BOOLEAN, "S3_CONDITIONAL_WRITES"),
            of("storage.checksums", Format.BOOLEAN, "S3_CHECKSUMS"),
            of("storage.project_id", Format.PROJECT_ID, "GCS_PROJECT_ID"),
            of("storage.path", Format.PATH, "FILESYSTEM_PATH"),
            of("storage.timeout", Format.TIMEOUT, "STORAGE_TIMEOUT"),
            of("retention.keep_last", Format.COUNT, "RETENTION_KEEP_LAST"),
            of("retention.keep_duration", Format.AGE, "RETENTION_KEEP_DURATION"),
            renamed("verify.cron", "drill.cron", Format.CRON, "VERIFY_CRON", "DRILL_CRON"),
            of("logging.format", Format.LOG_FORMAT, "LOG_FORMAT"),
            of("logging.level", Format.LOG_LEVEL, "RUST_LOG", "LOG_LEVEL"),
            of("metrics.enabled", Format.BOOLEAN, "METRICS_ENABLED"),
            renamed("http.port", "metrics.port", Format.PORT, "HTTP_PORT", "METRICS_PORT"),
            renamed("http.host", "metrics.listen_address", Format.HOST, "HTTP_HOST", "METRICS_LISTEN_ADDRESS"),
            of("http.token", Format.TOKEN, "API_TOKEN"),
            of("http.token_file", Format.TOKEN_FILE, "API_TOKEN_FILE"),
            of("http.tls_cert_file", Format.CERTIFICATES, "HTTP_TLS_CERT_FILE"),
            of("http.tls_key_file", Format.FILE, "HTTP_TLS_KEY_FILE"));

    static final List<String> VARIABLES =
            ALL.stream().flatMap(setting -> setting.variables.stream()).toList();

    private static final Map<String, String> DEFAULTS =
            ConfigClass.configClass(VaultConfig.class).getProperties();

    private static Setting of(String key, Format format, String... variables) {
        return new Setting(key, key, format, List.of(variables));
    }

    private static Setting renamed(String key, String formerKey, Format format, String... variables) {
        return new Setting(key, formerKey, format, List.of(variables));
    }

    static Setting of(String key) {
        return find(key).orElseThrow();
    }

    static Optional<Setting> find(String key) {
        return ALL.stream()
                .filter(setting -> setting.key.equals(key) || setting.formerKey.equals(key))
                .findFirst();
    }

    Optional<String> defaultValue(StorageType type) {
        boolean bucket = key.equals("storage.bucket") && type == StorageType.S3;
        return Optional.ofNullable(bucket ? "redis-vault" : DEFAULTS.get("vault." + key));
    }

    /** A setting that is empty by default is not set by an empty value, but without its bucket it would use another. */
    boolean mayBeEmpty() {
        return defaultValue(StorageType.GCS).isEmpty() && !key.equals("storage.bucket");
    }

    /** A path of a secret's file is shown only if it is one: somebody may have put the secret there. */
    boolean isSecret(String text) {
        return key.matches("redis\\.connection_string|.*\\.(password|token)")
                || key.matches(".*(password|token|_key)_file") && !text.startsWith("/");
    }

    /** The variable to name to somebody who uses this type of storage. */
    String variableFor(StorageType type) {
        return variables.stream()
                .filter(variable -> scopeOf(variable).orElse(type) == type)
                .findFirst()
                .orElse(variables.get(0));
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
