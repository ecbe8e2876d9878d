package io.redisvault.storage;

import java.util.regex.Pattern;

/** Cleans texts of servers and libraries, so that they can be shown to users. */
public final class ForeignWords {

    /** In characters; what follows in longer texts is advice for programmers. */
    private static final int MAX_LENGTH = 300;

    private static final Pattern SECRETS = Pattern.compile(
            "\\?\\S+|(?i:bearer )\\S+|ya29\\.\\S+|\\S*AIza\\S+"
                    + "|(?i:[\\w-]*(?:upload_?id|signature|token|credential|accesskeyid|assertion|password))[\"']?\\s*[=:]\\s*\\S+");
    private static final Pattern CLASSES = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}[A-Z][\\w$]*:?\\s*");

    private ForeignWords() {}

    /** Returns the text in one line, shortened, without class names and secrets; a standard text for null. */
    public static String plain(String text) {
        if (text == null) {
            return "no reason given";
        }
        String line = SECRETS.matcher(CLASSES.matcher(text).replaceAll(""))
                .replaceAll("…")
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .strip();
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line;
    }
}
