package io.redisvault.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the setting that somebody probably meant. */
final class Suggestions {

    private static final List<String> KEYS = Setting.ALL.stream()
            .flatMap(setting -> Stream.of(setting.key(), setting.formerKey()))
            .toList();

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
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= limit)
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    private static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                int best = i + j;
                if (i > 0 && j > 0) {
                    int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                    best = Math.min(edits[i - 1][j - 1] + change, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                    boolean swap = i > 1 && j > 1 && a.startsWith(b.substring(j - 1, j) + b.charAt(j - 2), i - 2);
                    best = swap ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
                }
                edits[i][j] = best;
            }
        }
        return edits[a.length()][b.length()];
    }
}
