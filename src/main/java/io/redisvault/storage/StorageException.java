package io.redisvault.storage;

import java.util.regex.Pattern;

/** A failure of the storage. The message names the remedy if there is one. */
public abstract sealed class StorageException extends RuntimeException {

    /** In characters; what follows in longer texts is advice for programmers. */
    private static final int MAX_LENGTH = 300;

    private static final Pattern SECRETS = Pattern.compile(
            "\\?\\S+|(?i:bearer )\\S+|ya29\\.\\S+|\\S*AIza\\S+"
                    + "|(?i:[\\w-]*(?:upload_?id|signature|token|credential|accesskeyid|assertion|password))[\"']?\\s*[=:]\\s*\\S+");
    private static final Pattern CLASSES = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}[A-Z][\\w$]*:?\\s*");

    private StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no such object or no such bucket. */
    public static final class NotFound extends StorageException {
        public NotFound(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The key is taken; the object stored there was not changed. */
    public static final class AlreadyExists extends StorageException {
        public AlreadyExists(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Credentials are missing, wrong or lack a permission. */
    public static final class AccessDenied extends StorageException {
        public AccessDenied(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The storage could not be reached or was busy; the same call may succeed later. */
    public static final class Unavailable extends StorageException {
        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The stored object differs from what was sent, or cannot be read completely. */
    public static final class Corrupt extends StorageException {
        public Corrupt(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The storage must keep the object for some time: a lock, a hold or a retention policy. */
    public static final class Locked extends StorageException {
        public Locked(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Anything else. */
    public static final class Other extends StorageException {
        public Other(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Cleans a text of a server or library for a message: one line, shortened, without class names and secrets. Returns a
     * standard text for null.
     */
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
