package io.redisvault.config;

import java.util.List;
import java.util.Optional;

/** The keys that a configuration file may have. */
final class KnownKeys {

    private static final List<String> KEYS = Setting.all().stream()
            .flatMap(setting -> setting.keys().stream())
            .sorted()
            .toList();

    private static final List<String> GROUPS = KEYS.stream()
            .map(key -> key.substring(0, key.indexOf('.')))
            .distinct()
            .toList();

    private KnownKeys() {}

    static boolean has(String key) {
        return KEYS.contains(key);
    }

    static boolean hasGroup(String group) {
        return GROUPS.contains(group);
    }

    /** What was meant: the same name in another group, or a similar one; otherwise what there is. */
    static String insteadOf(String wrong) {
        String last = wrong.substring(wrong.lastIndexOf('.') + 1);
        Optional<String> meant = KEYS.stream()
                .filter(key -> key.endsWith("." + last))
                .findFirst()
                .or(() -> Spelling.nearest(wrong, GROUPS, 2))
                .or(() -> Spelling.nearest(wrong, KEYS, 4));
        return meant.map(key -> "did you mean " + key + "?")
                .orElseGet(() -> "there are " + String.join(", ", beside(wrong)));
    }

    private static List<String> beside(String wrong) {
        String group = wrong.substring(0, wrong.indexOf('.') + 1);
        return group.isEmpty()
                ? GROUPS
                : KEYS.stream().filter(key -> key.startsWith(group)).toList();
    }
}
