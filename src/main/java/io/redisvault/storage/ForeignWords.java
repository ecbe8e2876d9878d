package io.redisvault.storage;

import java.util.regex.Pattern;

/** Texts of servers and clients, as they may be repeated. */
public final class ForeignWords {

    /** In characters; longer texts are advice for programmers. */
    private static final int MOST = 300;

    private static final Pattern SECRETS = Pattern.compile(
            "\\?\\S+|(?i:bearer )\\S+|ya29\\.\\S+|\\S*AIza\\S+"
                    + "|(?i:[\\w-]*(?:upload_?id|signature|token|credential|accesskeyid|assertion|password))[\"']?\\s*[=:]\\s*\\S+");
    private static final Pattern CLASSES = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}[A-Z][\\w$]*:?\\s*");

    private ForeignWords() {}

    /** In one line, without names of classes and what gives access. */
    public static String plain(String text) {
        if (text == null) {
            return "no reason given";
        }
        String line = SECRETS.matcher(CLASSES.matcher(text).replaceAll(""))
                .replaceAll("…")
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .strip();
        return line.length() > MOST ? line.substring(0, MOST) + "…" : line;
    }
}
