package io.redisvault.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The variables around the process.
 *
 * @param lookup the value of a variable
 * @param names of all variables there are, among which misspelt ones are looked for
 */
record Environment(Function<String, Optional<String>> lookup, Set<String> names) {

    /** A name that starts like this and is almost one of ours was most likely meant for us. */
    private static final List<String> OUR_PREFIXES = List.of(
            "API_TOKEN",
            "BACKUP_",
            "DRILL_",
            "DUMP_",
            "FILESYSTEM_",
            "GCS_",
            "HTTP_TLS_",
            "METRICS_",
            "REDIS_",
            "RETENTION_",
            "S3_",
            "STORAGE_");

    /** Kubernetes sets such variables for every Service of the namespace, whatever its name. */
    private static final Pattern SERVICE_NAME =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://[0-9a-fA-F.:\\[\\]]+");

    /** System properties of a variable's name first, as Quarkus does, then the variables themselves. */
    static Environment ofProcess() {
        return new Environment(
                name -> Optional.ofNullable(System.getProperty(name))
                        .or(() -> Optional.ofNullable(System.getenv(name))),
                System.getenv().keySet());
    }

    /** What is given to any type of storage. */
    Layer unscoped() {
        return given(variable -> Setting.scopeOf(variable).isEmpty());
    }

    /** What is given to this type of storage. */
    Layer scopedTo(StorageType type) {
        return given(variable -> Setting.scopeOf(variable).orElse(type) == type);
    }

    private Layer given(Function<String, Boolean> applies) {
        List<Given> values = new ArrayList<>();
        for (Setting setting : Setting.all()) {
            for (String variable : setting.variables()) {
                lookup.apply(variable)
                        .filter(value -> applies.apply(variable))
                        .filter(value -> !isServiceAddress(variable, value))
                        .map(value -> new Given(setting, variable, value))
                        .filter(given -> !given.isUnset())
                        .ifPresent(values::add);
            }
        }
        return new Layer(values);
    }

    /** A Service named metrics makes Kubernetes set METRICS_PORT to an address, which nobody meant for us. */
    private static boolean isServiceAddress(String variable, String value) {
        return variable.endsWith("_PORT") && SERVICE_ADDRESS.matcher(value).matches();
    }

    /** One line for each variable that is almost, but not, one of ours. */
    List<String> mistakes() {
        List<String> known = Setting.all().stream()
                .flatMap(setting -> setting.variables().stream())
                .toList();
        return names.stream()
                .filter(name -> OUR_PREFIXES.stream().anyMatch(name::startsWith))
                .filter(name ->
                        !known.contains(name) && !SERVICE_NAME.matcher(name).matches())
                .sorted()
                .flatMap(name -> Spelling.nearest(name, known, name.length() < 13 ? 1 : 2)
                        .map(ours -> name + " is not a variable of redis-vault; did you mean " + ours + "?")
                        .stream())
                .toList();
    }
}
