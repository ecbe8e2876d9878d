package io.redisvault.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds the setting that somebody probably meant. */
final class Suggestions {

    private static final List<String> KEYS =
            Setting.ALL.stream().flatMap(setting -> setting.keys().stream()).toList();
    private static final List<String> GROUPS =
            KEYS.stream().map(key -> key.replaceFirst("\\..*", "")).distinct().toList();

    private Suggestions() {}

    static boolean isGroup(Object name) {
        return GROUPS.contains(name);
    }

    /** The same name in another group, a similar one, or nothing. */
    static String forKey(String wrong) {
        String name = wrong.substring(wrong.indexOf('.') + 1);
        return KEYS.stream()
                .filter(key -> key.endsWith("." + name))
                .findFirst()
                .or(() -> closest(wrong, GROUPS, 2))
                .or(() -> closest(wrong, KEYS, 4))
                .map(key -> "; did you mean " + key + "?")
                .orElse("");
    }

    /** The closest word, if no more than {@code limit} letters were added, left out, changed or swapped. */
    static Optional<String> closest(String word, List<String> known, int limit) {
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
