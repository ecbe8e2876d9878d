package io.redisvault.rdb;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Explains why a file may not be read. Shows user ids, because a user's name differs between containers. */
final class DeniedAccess {

    private DeniedAccess() {}

    /** Adds the user of this process and the owner of the file or, if that is not visible, of its directory. */
    static AccessDeniedException explain(Path path, AccessDeniedException denied) {
        String owner = owner("the file", path)
                .or(() -> owner("its directory", path.toAbsolutePath().getParent()))
                .orElse("the file belongs to a user that cannot be seen");
        String self = user(Path.of("/proc/self")).orElseGet(() -> System.getProperty("user.name"));
        AccessDeniedException explained = new AccessDeniedException(
                path.toString(),
                null,
                "permission denied: this process runs as user " + self + ", " + owner
                        + "; let this process run as the user of Redis");
        explained.initCause(denied);
        return explained;
    }

    private static Optional<String> owner(String what, Path path) {
        try {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
            return user(path).map(user -> what + " belongs to user " + user + " with mode " + mode);
        } catch (IOException | UnsupportedOperationException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<String> user(Path path) {
        try {
            return Optional.of(Files.getAttribute(path, "unix:uid").toString());
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }
}
