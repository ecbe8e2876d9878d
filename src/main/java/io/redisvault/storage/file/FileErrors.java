package io.redisvault.storage.file;

import io.redisvault.storage.StorageException;
import java.io.EOFException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

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
        if (failure instanceof AccessDeniedException) {
            return new StorageException.AccessDenied(
                    what + "permission denied; let user " + System.getProperty("user.name") + " read and write it",
                    failure);
        }
        if (failure instanceof EOFException) {
            return new StorageException.Corrupt(what + failure.getMessage(), failure);
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
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
