package io.redisvault.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The example for Docker Compose. */
public final class Compose {

    static final Path FILE = Path.of("src/main/docker/docker-compose.yml");

    private static final Pattern VARIABLE = Pattern.compile("(?<!\\$)\\$\\{(\\w+)(:?-)([^}]*)}");

    private Compose() {}

    /** Services by name, with what they take over from elsewhere in the file, for somebody without any variables. */
    static Map<String, Map<String, Object>> services() {
        return services(Map.of());
    }

    /** The same for somebody with these variables. */
    static Map<String, Map<String, Object>> services(Map<String, String> variables) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            Map<String, Map<String, Map<String, Object>>> file =
                    new Yaml(options).load(interpolated(Files.readString(FILE), variables));
            return file.get("services");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As Compose does it: with a colon, an empty variable is as none. */
    private static String interpolated(String text, Map<String, String> variables) {
        return VARIABLE.matcher(text).replaceAll(use -> {
            String given = variables.get(use.group(1));
            boolean counts = given != null && !(use.group(2).equals(":-") && given.isEmpty());
            return Matcher.quoteReplacement(counts ? given : use.group(3));
        });
    }

    /** The variables of each sidecar, by the name of its service. */
    public static Map<String, Map<String, String>> sidecars() {
        return sidecars(Map.of());
    }

    /** The same for somebody with these variables. */
    public static Map<String, Map<String, String>> sidecars(Map<String, String> variables) {
        Map<String, Map<String, String>> sidecars = new TreeMap<>();
        services(variables).forEach((name, service) -> {
            if (service.get("image").equals("redis-vault")) {
                sidecars.put(name, new LinkedHashMap<>(environment(service)));
            }
        });
        return sidecars;
    }

    @SuppressWarnings("unchecked")
    static Map<String, String> environment(Map<String, Object> service) {
        return (Map<String, String>) service.get("environment");
    }

    @SuppressWarnings("unchecked")
    static List<String> list(Map<String, Object> service, String key) {
        return (List<String>) service.getOrDefault(key, List.of());
    }
}
