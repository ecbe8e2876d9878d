package io.redisvault.config;

import java.util.regex.Pattern;

/**
 * A value of a setting, with the source that it comes from.
 *
 * @param source name of a variable, or a file and the key in it
 * @param canonical as SmallRye reads it; null if the value is invalid
 */
record Value(Setting setting, String source, String text, String canonical) {

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    /** One line with the source, the value unless it may be a secret, and what is wrong with it. */
    String says(String what) {
        return setting.isSecret(text) ? source + " " + what : source + ": " + quoted(text) + " " + what;
    }

    /** True if both mean the same, or one of them is invalid. */
    boolean agreesWith(Value other) {
        return canonical == null || other.canonical == null || canonical.equals(other.canonical);
    }

    /** Puts text in quotes and on one line, shortened, without the user and password of an address. */
    static String quoted(String text) {
        String discreet = text.replaceAll("(?s)//.*@", "//***@");
        return "'" + onOneLine(discreet.length() > 120 ? discreet.substring(0, 120) + "…" : discreet) + "'";
    }

    static String onOneLine(String text) {
        return INVISIBLE
                .matcher(text)
                .replaceAll(c -> String.format("\\\\u%04x", c.group().codePointAt(0)));
    }
}
