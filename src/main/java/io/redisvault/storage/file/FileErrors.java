package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Says in the storage's terms what went wrong with a file. */
final class FileErrors {

    private FileErrors() {}

    /** @param place a path, or what names one */
    static StorageException translate(String action, Object place, Exception failure) {
        if (failure instanceof StorageException translated) {
            return translated;
        }
        String what = "Cannot " + action + " " + place + ": ";
        if (failure instanceof NoSuchFileException) {
            return new StorageException.NotFound(what + "it does not exist", failure);
        }
        if (failure instanceof FileAlreadyExistsException) {
            return new StorageException.AlreadyExists(what + "it exists already", failure);
        }
        if (failure instanceof AccessDeniedException denied) {
            return new StorageException.AccessDenied(
                    what + "permission denied: this process runs as user " + user() + ", "
                            + owner(Path.of(denied.getFile())) + "; run it as that user, or give it the files",
                    failure);
        }
        // The JDK has no types for these; the texts are the C library's, which Java reads in the C locale.
        String reason = reason(failure);
        if (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")) {
            return new StorageException.Other(
                    what + reason + "; free some, or keep fewer backups so that one more always fits", failure);
        }
        if (reason.contains("Read-only file system")) {
            return new StorageException.AccessDenied(what + reason + "; mount it writable", failure);
        }
        if (reason.contains("Stale file handle")
                || reason.contains("Input/output error")
                || reason.contains("timed out")) {
            return new StorageException.Unavailable(what + reason, failure);
        }
        return new StorageException.Other(what + reason, failure);
    }

    private static String reason(Exception failure) {
        if (failure instanceof FileSystemException of && of.getReason() != null) {
            return of.getReason();
        }
        return failure.getMessage() == null ? "no reason given" : failure.getMessage();
    }

    /** By number, since the same number has other names in other containers. */
    private static String user() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
        } catch (IOException | UnsupportedOperationException noProc) {
            return System.getProperty("user.name");
        }
    }

    /** Whose the path is, or the first above it that can be seen. */
    private static String owner(Path path) {
        for (Path seen = path.toAbsolutePath(); seen != null; seen = seen.getParent()) {
            try {
                Map<String, Object> attributes = Files.readAttributes(seen, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
                return String.format(
                        "%s belongs to user %s with mode %03o",
                        seen, attributes.get("uid"), (int) attributes.get("mode") & 0777);
            } catch (IOException | UnsupportedOperationException hidden) {
                // Its directory may say why.
            }
        }
        return "the owner cannot be seen";
    }
}
