package io.redisvault.restore;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in plain words what is wrong with a file. */
public final class FileErrors {

    private FileErrors() {}

    /** Such as {@code /data: permission denied for user redis}. */
    public static String text(IOException failure) {
        if (!(failure instanceof FileSystemException of) || of.getFile() == null) {
            return failure.getMessage() == null ? "input or output error" : failure.getMessage();
        }
        return of.getFile() + ": " + reason(of);
    }

    private static String reason(FileSystemException failure) {
        if (failure.getReason() != null) {
            return failure.getReason();
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied for user " + System.getProperty("user.name");
        }
        if (failure instanceof NoSuchFileException) {
            return "does not exist";
        }
        return failure instanceof FileAlreadyExistsException ? "exists already" : "input or output error";
    }
}
