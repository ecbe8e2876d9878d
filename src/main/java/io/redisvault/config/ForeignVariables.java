package io.redisvault.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Variables that are not ours, but look as if they were meant for us. */
final class ForeignVariables {

    /** Names by which other tools know a setting; taken where it is not set otherwise. */
    private static final Map<String, String> TAKEN = Map.ofEntries(
            Map.entry("AWS_DEFAULT_REGION", "storage.region"),
            Map.entry("AWS_ENDPOINT_URL", "storage.endpoint"),
            Map.entry("AWS_ENDPOINT_URL_S3", "storage.endpoint"),
            Map.entry("AWS_S3_BUCKET", "storage.bucket"),
            Map.entry("AWS_S3_ENDPOINT", "storage.endpoint"),
            Map.entry("GCS_BUCKET_NAME", "storage.bucket"),
            Map.entry("GOOGLE_CLOUD_PROJECT", "storage.project_id"),
            Map.entry("REDISCLI_AUTH", "redis.password"),
            Map.entry("REDIS_HOST", "redis.connection_string"),
            Map.entry("REDIS_PORT", "redis.connection_string"),
            Map.entry("REDIS_URL", "redis.connection_string"),
            Map.entry("S3_BUCKET_NAME", "storage.bucket"),
            Map.entry("S3_ENDPOINT_URL", "storage.endpoint"),
            Map.entry("S3_REGION", "storage.region"));

    /** Names that could mean more than one thing, with what to set instead. */
    private static final Map<String, String> INSTEAD = instead(
            "BACKUP_SCHEDULE SCHEDULE CRON_SCHEDULE", "BACKUP_INTERVAL or BACKUP_CRON",
            "BACKUP_RETENTION RETENTION_KEEP KEEP_LAST", "RETENTION_KEEP_LAST or RETENTION_KEEP_DURATION",
            "RETENTION_DAYS BACKUP_RETENTION_DAYS BACKUP_KEEP_DAYS", "RETENTION_KEEP_DURATION",
            "REDIS_USER REDIS_USERNAME REDIS_DB REDIS_TLS REDIS_SSL REDIS_ADDR", "REDIS_CONNECTION",
            "REDIS_PASS REDIS_AUTH", "REDIS_PASSWORD",
            "REDIS_DIR REDIS_DATA_DIR REDIS_DATA", "REDIS_DATA_PATH",
            "BACKUP_DIR BACKUP_PATH BACKUP_URL BACKUP_BUCKET", "STORAGE_URL",
            "S3_ACCESS_KEY S3_ACCESS_KEY_ID MINIO_ACCESS_KEY AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
            "S3_SECRET_KEY S3_SECRET_ACCESS_KEY MINIO_SECRET_KEY AWS_SECRET_KEY", "AWS_SECRET_ACCESS_KEY",
            "MINIO_ENDPOINT MINIO_URL", "S3_ENDPOINT");

    private static final Pattern LIKE_OURS = Pattern.compile(
            "(API_TOKEN|(BACKUP|DRILL|DUMP|FILESYSTEM|GCS|HTTP_TLS|METRICS|REDIS|RESTORE_AGE|RETENTION|S3|STORAGE|VERIFY)_).*");

    /** Kubernetes sets such variables for every Service of the namespace, whatever its name. */
    private static final Pattern SERVICE =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)");

    private ForeignVariables() {}

    /** @param names variables in one text, what to set instead of them in the next */
    private static Map<String, String> instead(String... names) {
        Map<String, String> instead = new HashMap<>();
        for (int i = 0; i < names.length; i += 2) {
            for (String variable : names[i].split(" ")) {
                instead.put(variable, names[i + 1]);
            }
        }
        return instead;
    }

    /** Variables without those that Kubernetes sets for Services: one named metrics makes METRICS_PORT an address. */
    static Map<String, String> withoutServices(Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>(environment);
        variables.values().removeIf(Objects::isNull);
        variables
                .keySet()
                .removeIf(name -> SERVICE.matcher(name).matches()
                        && (!isKnown(name) || environment.get(name).contains("://")));
        return variables;
    }

    private static boolean isKnown(String variable) {
        return TAKEN.containsKey(variable) || Setting.VARIABLES.contains(variable);
    }

    static Setting settingOf(String variable) {
        return Setting.of(TAKEN.get(variable));
    }

    /** Values of other tools' variables as our settings have them, the more specific first. */
    static Map<String, String> taken(Map<String, String> variables, StorageType type) {
        Map<String, String> taken = new TreeMap<>(Comparator.reverseOrder());
        taken.putAll(variables);
        taken.keySet().removeIf(name -> !TAKEN.containsKey(name) || !Setting.isFor(name, type));
        taken.values().removeIf(String::isEmpty);
        String host = taken.getOrDefault("REDIS_HOST", "localhost").replaceFirst("^([^\\[].*:.*)$", "[$1]");
        String address = "redis://" + host + ":" + taken.getOrDefault("REDIS_PORT", "6379");
        taken.replace("REDIS_HOST", address);
        taken.replace("REDIS_PORT", address);
        return taken;
    }

    /** One line for each variable that looks like ours: to mistakes if it is almost spelt so, else to warnings. */
    static void report(Map<String, String> variables, List<String> mistakes, List<String> warnings) {
        for (String name : variables.keySet()) {
            String unknown = name + " is not a variable of redis-vault";
            if (INSTEAD.containsKey(name)) {
                warnings.add(unknown + " and has no effect; set " + INSTEAD.get(name));
            } else if (LIKE_OURS.matcher(name).matches() && !isKnown(name)) {
                Suggestions.closest(name, Setting.VARIABLES, name.length() < 13 ? 1 : 2)
                        .ifPresentOrElse(
                                ours -> mistakes.add(unknown + "; did you mean " + ours + "?"),
                                () -> warnings.add(unknown + " and has no effect"));
            }
        }
    }
}
