package io.redisvault.config;

import io.redisvault.config.VaultConfig.StorageType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Finds variables and keys that are not ours but look as if they were meant for us, so that typos are noticed. */
final class UnknownNames {

    /** Variables of other tools for our settings. They count only if our own variable or key is not set. */
    private static final Map<String, String> TAKEN = Map.of(
            "AWS_DEFAULT_REGION S3_REGION", "storage.region",
            "AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_S3_ENDPOINT S3_ENDPOINT_URL", "storage.endpoint",
            "AWS_S3_BUCKET S3_BUCKET_NAME GCS_BUCKET_NAME", "storage.bucket",
            "GOOGLE_CLOUD_PROJECT", "storage.project_id",
            "REDISCLI_AUTH", "redis.password",
            "REDIS_URL REDIS_HOST REDIS_PORT", "redis.connection_string");

    /** Variables that could mean more than one thing, with what to set instead. */
    private static final Map<String, String> INSTEAD = Map.of(
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

    /** Variables that Kubernetes sets for every Service of the namespace. */
    private static final Pattern SERVICE =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)");

    private static final List<String> KEYS =
            Setting.ALL.stream().flatMap(setting -> setting.keys().stream()).toList();
    private static final List<String> GROUPS =
            KEYS.stream().map(key -> key.replaceFirst("\\..*", "")).distinct().toList();

    private UnknownNames() {}

    private static Optional<String> find(String name, Map<String, String> names) {
        return names.entrySet().stream()
                .filter(entry -> List.of(entry.getKey().split(" ")).contains(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Removes what Kubernetes sets for Services: a Service named "metrics" sets METRICS_PORT to an address. */
    static Map<String, String> withoutServices(Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>(environment);
        variables
                .keySet()
                .removeIf(name -> SERVICE.matcher(name).matches()
                        && (!isKnown(name) || environment.get(name).contains("://")));
        return variables;
    }

    private static boolean isKnown(String variable) {
        return Setting.VARIABLES.contains(variable) || find(variable, TAKEN).isPresent();
    }

    static boolean isGroup(String key) {
        return GROUPS.contains(key);
    }

    static boolean isKey(String key) {
        return KEYS.contains(key);
    }

    static Setting settingOf(String variable) {
        return Setting.of(find(variable, TAKEN).orElseThrow());
    }

    /** The variables of other tools that we read, their values in the form of our settings, the most specific first. */
    static Map<String, String> taken(Map<String, String> variables, StorageType type) {
        Map<String, String> taken = new TreeMap<>(Comparator.reverseOrder());
        taken.putAll(variables);
        taken.keySet()
                .removeIf(
                        name -> !Setting.isFor(name, type) || find(name, TAKEN).isEmpty());
        taken.values().removeIf(String::isEmpty);
        String host = taken.getOrDefault("REDIS_HOST", "localhost").replaceFirst("^([^\\[].*:.*)$", "[$1]");
        String address = "redis://" + host + ":" + taken.getOrDefault("REDIS_PORT", "6379");
        taken.replace("REDIS_HOST", address);
        taken.replace("REDIS_PORT", address);
        return taken;
    }

    /** Adds a line for each unknown variable that looks like ours: a likely typo is a mistake, others are warnings. */
    static void report(Map<String, String> variables, List<String> mistakes, List<String> warnings) {
        for (String name : variables.keySet()) {
            String unknown = name + " is not a variable of redis-vault";
            Optional<String> instead = find(name, INSTEAD);
            if (instead.isPresent()) {
                warnings.add(unknown + " and has no effect; set " + instead.get());
            } else if (LIKE_OURS.matcher(name).matches() && !isKnown(name)) {
                closest(name, Setting.VARIABLES, name.length() < 13 ? 1 : 2)
                        .ifPresentOrElse(
                                ours -> mistakes.add(unknown + "; did you mean " + ours + "?"),
                                () -> warnings.add(unknown + " and has no effect"));
            }
        }
    }

    /** The end of a message: the same key in another group, a similar name, or nothing. */
    static String suggestionFor(String key) {
        String name = key.substring(key.indexOf('.') + 1);
        return KEYS.stream()
                .filter(known -> known.endsWith("." + name))
                .findFirst()
                .or(() -> closest(key, GROUPS, 2))
                .or(() -> closest(key, KEYS, 4))
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
    }

    /** The closest known word with at most {@code limit} letters added, left out, changed or swapped. */
    private static Optional<String> closest(String word, List<String> known, int limit) {
        return IntStream.rangeClosed(0, limit)
                .boxed()
                .flatMap(edits -> known.stream().filter(candidate -> isWithin(edits, word, candidate)))
                .findFirst();
    }

    private static boolean isWithin(int edits, String a, String b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.length() + b.length() <= edits;
        }
        String restOfA = a.substring(1);
        String restOfB = b.substring(1);
        if (a.charAt(0) == b.charAt(0)) {
            return isWithin(edits, restOfA, restOfB);
        }
        boolean swapped = restOfA.startsWith(b.substring(0, 1)) && restOfB.startsWith(a.substring(0, 1));
        return edits > 0
                && (isWithin(edits - 1, restOfA, restOfB)
                        || isWithin(edits - 1, restOfA, b)
                        || isWithin(edits - 1, a, restOfB)
                        || swapped && isWithin(edits - 1, restOfA.substring(1), restOfB.substring(1)));
    }
}
