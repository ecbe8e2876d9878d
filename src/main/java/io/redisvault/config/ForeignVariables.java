package io.redisvault.config;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Variables that are not ours, but look as if they were meant for us. */
final class ForeignVariables {

    /** Names by which other tools know a setting; taken where it is not set otherwise. */
    private static final Map<String, String> TAKEN = Map.of(
            "AWS_DEFAULT_REGION", "storage.region",
            "AWS_ENDPOINT_URL", "storage.endpoint",
            "AWS_ENDPOINT_URL_S3", "storage.endpoint",
            "GOOGLE_CLOUD_PROJECT", "storage.project_id",
            "REDIS_HOST", "redis.connection_string",
            "REDIS_PORT", "redis.connection_string",
            "REDIS_URL", "redis.connection_string",
            "S3_BUCKET_NAME", "storage.bucket",
            "S3_ENDPOINT_URL", "storage.endpoint",
            "S3_REGION", "storage.region");

    /** Names that could mean more than one thing, with what to set instead. */
    private static final Map<String, String> INSTEAD = Map.of(
            "BACKUP_SCHEDULE", "BACKUP_INTERVAL or BACKUP_CRON",
            "BACKUP_RETENTION", "RETENTION_KEEP_LAST or RETENTION_KEEP_DURATION",
            "RETENTION_DAYS", "RETENTION_KEEP_DURATION",
            "RETENTION_KEEP", "RETENTION_KEEP_LAST or RETENTION_KEEP_DURATION",
            "REDIS_USER", "REDIS_CONNECTION",
            "REDIS_USERNAME", "REDIS_CONNECTION",
            "S3_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
            "S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID",
            "S3_SECRET_KEY", "AWS_SECRET_ACCESS_KEY",
            "S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY");

    private static final Pattern LIKE_OURS = Pattern.compile(
            "(API_TOKEN|(BACKUP|DRILL|DUMP|FILESYSTEM|GCS|HTTP_TLS|METRICS|REDIS|RETENTION|S3|STORAGE|VERIFY)_).*");

    /** Kubernetes sets such variables for every Service of the namespace, whatever its name. */
    private static final Pattern SERVICE =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)");

    private ForeignVariables() {}

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
            if (LIKE_OURS.matcher(name).matches() && !isKnown(name)) {
                String unknown = name + " is not a variable of redis-vault";
                Suggestions.closest(name, Setting.VARIABLES, name.length() < 13 ? 1 : 2)
                        .ifPresentOrElse(
                                ours -> mistakes.add(unknown + "; did you mean " + ours + "?"),
                                () -> warnings.add(unknown + " and has no effect"
                                        + (INSTEAD.containsKey(name) ? "; set " + INSTEAD.get(name) : "")));
            }
        }
    }
}
