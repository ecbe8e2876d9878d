package io.redisvault.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * What {@link VaultConfig} says about one of its keys.
 *
 * @param key as in {@code config.yaml}, such as {@code redis.node_name}
 * @param formerKey another key that means the same
 * @param variables environment variables, the first of which wins
 * @param optional whether it may be without any value
 */
public record Setting(
        String key,
        Optional<String> formerKey,
        List<String> variables,
        Optional<String> defaultValue,
        boolean optional,
        boolean emptyIsMistake,
        boolean secret,
        boolean secretFile,
        Converter<?> converter) {

    private static final List<Setting> ALL = read();

    /** Every setting there is, in the order of the keys. */
    public static List<Setting> all() {
        return ALL;
    }

    static Setting of(String key) {
        return ALL.stream()
                .filter(setting -> setting.keys().contains(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such setting: " + key));
    }

    /** The key and the former one. */
    List<String> keys() {
        return formerKey.map(former -> List.of(key, former)).orElse(List.of(key));
    }

    /** The type of storage without which the variable means nothing. */
    static Optional<StorageType> scopeOf(String variable) {
        if (variable.startsWith("S3_") || variable.startsWith("AWS_")) {
            return Optional.of(StorageType.S3);
        }
        if (variable.startsWith("GCS_")) {
            return Optional.of(StorageType.GCS);
        }
        return variable.startsWith("FILESYSTEM_") ? Optional.of(StorageType.FILESYSTEM) : Optional.empty();
    }

    /** The variable to name to somebody who uses this type of storage. */
    String variableFor(StorageType type) {
        return variables.stream()
                .filter(variable -> scopeOf(variable).orElse(type) == type)
                .findFirst()
                .orElse(variables.get(0));
    }

    private static List<Setting> read() {
        List<Setting> settings = new ArrayList<>();
        for (Method group : VaultConfig.class.getMethods()) {
            for (Method method : group.getReturnType().getMethods()) {
                settings.add(read(snakeCase(group) + "." + snakeCase(method), method));
            }
        }
        // Reflection promises no order, but lists of mistakes and of settings should have one.
        settings.sort(Comparator.comparing(Setting::key));
        return List.copyOf(settings);
    }

    private static Setting read(String key, Method method) {
        Variable variable = method.getAnnotation(Variable.class);
        WithDefault byDefault = method.getAnnotation(WithDefault.class);
        return new Setting(
                key,
                Optional.of(variable.formerKey()).filter(former -> !former.isEmpty()),
                List.of(variable.value()),
                Optional.ofNullable(byDefault).map(WithDefault::value),
                method.getReturnType() == Optional.class,
                variable.emptyIsMistake(),
                variable.secret(),
                variable.secretFile(),
                instance(method.getAnnotation(WithConverter.class)));
    }

    private static Converter<?> instance(WithConverter annotation) {
        try {
            return annotation.value().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String snakeCase(Method method) {
        return StringUtil.skewer(method.getName(), '_');
    }
}
