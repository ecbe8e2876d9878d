package io.redisvault.config;

import java.util.regex.Pattern;

/**
 * A value of a setting, as a source gives it.
 *
 * @param source name of a variable, or a file and the key in it
 * @param canonical as SmallRye reads it; null if it is wrong
 */
record Value(Setting setting, String source, String text, String canonical) {

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    /** A line that names source and value, unless that may be a secret, and goes on with what is wrong. */
    String says(String what) {
        return setting.isSecret(text) ? source + " " + what : source + ": " + quoted(text) + " " + what;
    }

    /** True if both mean the same, or one of them is wrong. */
    boolean agreesWith(Value other) {
        return canonical == null || other.canonical == null || canonical.equals(other.canonical);
    }

    /** In quotes and on one line, without the user and password that an address may hold. */
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
