package io.redisvault.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Gives Quarkus the {@link Settings} that the start has checked. Where Quarkus starts by itself, as in its tests, they are
 * read through the other sources, so that a test's override by a variable's name counts.
 */
public final class VaultConfigSourceFactory implements ConfigSourceFactory {

    /** Above the environment's 300: a variable such as VAULT_HTTP_PORT is not ours. */
    private static final int SETTINGS_ORDINAL = 350;

    /** Below the environment, above application.properties: Quarkus' own variables may tune Quarkus further. */
    private static final int DERIVED_ORDINAL = 275;

    /** The source that Quarkus has only while it builds. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        // Quarkus records what sources say while it builds; the builder's environment must not become a default.
        if (context.getConfigSources().stream()
                .anyMatch(source -> source.getName().equals(BUILD))) {
            return List.of();
        }
        Settings settings = Settings.checked().orElseGet(() -> read(context));
        if (!settings.mistakes().isEmpty()) {
            throw new ConfigurationException(
                    "The configuration has mistakes:\n" + String.join("\n", settings.mistakes()));
        }
        return List.of(
                source("settings", settings.properties(), SETTINGS_ORDINAL),
                source("derived", QuarkusProperties.of(settings.typed()), DERIVED_ORDINAL));
    }

    private static Settings read(ConfigSourceContext context) {
        Map<String, String> variables = Expressions.withoutExpansion(() -> Settings.environment(name ->
                context.getValue(name) == null ? null : context.getValue(name).getValue()));
        return Settings.read(variables, Optional.empty(), Optional.empty());
    }

    /** Nothing of ours is an expression, so a dollar, as in a password, stays what it is. */
    private static ConfigSource source(String name, Map<String, String> properties, int ordinal) {
        Map<String, String> escaped = new HashMap<>(properties);
        escaped.replaceAll((key, value) -> value.replace("$", "\\$"));
        return new PropertiesConfigSource(escaped, "redis-vault " + name, ordinal);
    }
}
