package io.redisvault.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Explains file errors in plain words. */
public final class FileErrors {

    private static final String NO_DIRECTORY = "it is not a directory, or below what is none";

    private FileErrors() {}

    /** Returns the path, if known, and the reason, for example {@code /data: it does not exist}. */
    public static String text(IOException failure) {
        String file = failure instanceof FileSystemException of ? of.getFile() : null;
        return file == null ? reason(failure) : file + ": " + reason(failure);
    }

    /**
     * Translates a failed file operation into a {@link StorageException}.
     *
     * @param action a verb for the message, for example "read"
     * @param place the path or its description, for the message
     */
    public static StorageException translate(String action, Object place, Exception failure) {
        if (failure instanceof StorageException translated) {
            return translated;
        }
        if (failure instanceof DirectoryIteratorException listing) {
            return translate(action, place, listing.getCause());
        }
        String reason = reason(failure);
        String message = "Cannot " + action + " " + place + ": " + reason;
        if (failure instanceof NoSuchFileException) {
            return new StorageException.NotFound(message, failure);
        }
        if (failure instanceof FileAlreadyExistsException) {
            return new StorageException.AlreadyExists(message, failure);
        }
        if (failure instanceof AccessDeniedException) {
            return new StorageException.AccessDenied(message + "; run it as that user, or change the owner", failure);
        }
        // The JDK has no exceptions for these. The texts are the C library's, read in the C locale.
        if (Stream.of("No space left on device", "Disk quota exceeded").anyMatch(reason::contains)) {
            return new StorageException.Other(
                    message + "; free some, or keep fewer backups so that one more always fits", failure);
        }
        if (reason.equals(NO_DIRECTORY)) {
            return new StorageException.Other(message + "; correct STORAGE_URL", failure);
        }
        if (reason.contains("Read-only file system")) {
            return new StorageException.AccessDenied(message + "; mount it writable", failure);
        }
        if (Stream.of("Stale file handle", "Input/output error", "timed out").anyMatch(reason::contains)) {
            return new StorageException.Unavailable(message, failure);
        }
        return new StorageException.Other(message, failure);
    }

    private static String reason(Exception failure) {
        if (!(failure instanceof FileSystemException of)) {
            return failure.getMessage() == null ? "no reason given" : failure.getMessage();
        }
        if (of instanceof NotDirectoryException || "Not a directory".equals(of.getReason())) {
            return NO_DIRECTORY;
        }
        if (of.getReason() != null) {
            return of.getReason();
        }
        if (of instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (of instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        return of instanceof AccessDeniedException
                ? "permission denied: this process runs as user " + user() + ", " + owner(of.getFile())
                : "input or output error";
    }

    /** Returns this process' user id, since user names differ between containers; the name without /proc. */
    public static String user() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
        } catch (IOException | UnsupportedOperationException noProc) {
            return System.getProperty("user.name");
        }
    }

    /** Describes the owner and mode of the file, or of the first directory above it that can be seen. */
    private static String owner(String file) {
        for (Path seen = Path.of(file).toAbsolutePath(); seen != null; seen = seen.getParent()) {
            try {
                Map<String, Object> attributes = Files.readAttributes(seen, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
                return String.format(
                        "%s belongs to user %s with mode %03o",
                        seen, attributes.get("uid"), (int) attributes.get("mode") & 0777);
            } catch (IOException | UnsupportedOperationException hidden) {
                // Try the directory above.
            }
        }
        return "the owner cannot be seen";
    }
}
