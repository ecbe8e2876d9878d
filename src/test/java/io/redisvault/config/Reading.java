package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Settings as read from what a test gives, and nothing else. */
public final class Reading {

    private Reading() {}

    static Settings of(Map<String, String> variables, Optional<Path> file) {
        Map<String, String> set = new HashMap<>(variables);
        // Compose hands on what its own environment has.
        set.values().removeIf(Objects::isNull);
        return new Settings(set, file, Optional.empty());
    }

    /** With another server in the place of the configured one. */
    static Settings into(String address, String... assignments) {
        return new Settings(variables(assignments), Optional.empty(), Optional.of(address));
    }

    static Settings environment(Map<String, String> variables) {
        return of(variables, Optional.empty());
    }

    /** Variables as {@code NAME=value}, without a mistake. */
    public static VaultConfig config(String... assignments) {
        return config(variables(assignments));
    }

    /** Variables without a mistake. */
    public static VaultConfig config(Map<String, String> variables) {
        Settings settings = environment(variables);
        assertThat(settings.mistakes()).isEmpty();
        return settings.typed();
    }

    /** Variables as {@code NAME=value}. */
    static Settings environment(String... assignments) {
        return environment(variables(assignments));
    }

    static Map<String, String> variables(String... assignments) {
        Map<String, String> variables = new HashMap<>();
        Arrays.stream(assignments)
                .map(assignment -> assignment.split("=", 2))
                .forEach(parts -> variables.put(parts[0], parts[1]));
        return variables;
    }

    static Settings yaml(Path directory, String text, String... assignments) {
        return of(variables(assignments), Optional.of(file(directory, text)));
    }

    static Path file(Path directory, String text) {
        try {
            return Files.writeString(directory.resolve("config.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Variables as {@code NAME=value}, with those of Quarkus, as they reach a running application. */
    static SmallRyeConfig inQuarkus(String... assignments) {
        Map<String, String> variables = variables(assignments);
        variables.forEach(System::setProperty);
        try {
            return new SmallRyeConfigBuilder()
                    .addDefaultInterceptors()
                    .withSources(new EnvConfigSource(variables, EnvConfigSource.ORDINAL))
                    .withSources(new QuarkusSources())
                    .withMapping(VaultConfig.class)
                    .build();
        } finally {
            variables.keySet().forEach(System::clearProperty);
        }
    }
}
