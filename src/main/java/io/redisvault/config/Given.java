package io.redisvault.config;

import java.util.Optional;

/**
 * A value that somebody wrote.
 *
 * @param origin where: the name of a variable, or a file and the key in it
 */
record Given(Setting setting, String origin, String value) {

    /** Whether it counts as not written at all. */
    boolean isUnset() {
        return value.isEmpty() && setting.optional() && !setting.emptyIsMistake();
    }

    /** One line if the value, taken by itself, is wrong. */
    Optional<String> mistake() {
        try {
            setting.converter().convert(value);
            return Optional.empty();
        } catch (BadValue e) {
            return Optional.of(
                    value.isEmpty() ? origin + " is empty; give it a value or leave it out" : says(e.getMessage()));
        }
    }

    /** The typed value of one without a mistake. */
    Object typed() {
        return setting.converter().convert(value);
    }

    /** One line that names origin and value, unless that is or may be a secret, and goes on with what is wrong. */
    String says(String what) {
        boolean discreet = setting.secret() || setting.secretFile() && !value.startsWith("/");
        return discreet ? origin + " " + what : origin + ": " + quoted(value) + " " + what;
    }

    String disagreesWith(Given other) {
        return says("disagrees with " + other.origin + ", which says " + quoted(other.value) + "; keep one of them");
    }

    /** In quotes and on one line, without the user and password that an address may hold. */
    static String quoted(String text) {
        String discreet = text.replaceAll("(?s)//.*@", "//***@");
        String brief = discreet.length() > 120 ? discreet.substring(0, 120) + "…" : discreet;
        return "'" + onOneLine(brief) + "'";
    }

    static String onOneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> line.append(String.format("\\u%04x", c));
                default -> line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
