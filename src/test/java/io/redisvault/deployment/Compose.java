package io.redisvault.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The example for Docker Compose. */
public final class Compose {

    static final Path FILE = Path.of("src/main/docker/docker-compose.yml");

    private Compose() {}

    /** Services by name, with what they take over from elsewhere in the file. */
    static Map<String, Map<String, Object>> services() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            Map<String, Map<String, Map<String, Object>>> file = new Yaml(options).load(Files.readString(FILE));
            return file.get("services");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The variables of each sidecar, by the name of its service. */
    @SuppressWarnings("unchecked")
    public static Map<String, Map<String, String>> sidecars() {
        Map<String, Map<String, String>> sidecars = new TreeMap<>();
        services().forEach((name, service) -> {
            if (service.get("image").equals("redis-vault")) {
                sidecars.put(name, new LinkedHashMap<>((Map<String, String>) service.get("environment")));
            }
        });
        return sidecars;
    }

    @SuppressWarnings("unchecked")
    static List<String> list(Map<String, Object> service, String key) {
        return (List<String>) service.getOrDefault(key, List.of());
    }
}
