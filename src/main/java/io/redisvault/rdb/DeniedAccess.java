package io.redisvault.rdb;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Why a file may not be read, by the users' numbers, since the same number has other names in other containers. */
final class DeniedAccess {

    private static final Path STATUS = Path.of("/proc/self/status");

    private DeniedAccess() {}

    /** Names the user of this process and the owner of the file, or of the directory that hides it. */
    static AccessDeniedException explain(Path path, AccessDeniedException denied) {
        String owner = owner(path)
                .map(mode -> "the file " + mode)
                .or(() -> owner(path.toAbsolutePath().getParent()).map(mode -> "its directory " + mode))
                .orElse("the file belongs to a user that cannot be seen");
        AccessDeniedException explained = new AccessDeniedException(
                path.toString(),
                null,
                "permission denied: this process runs as user " + ownUser() + ", " + owner
                        + "; let this process run as the user of Redis");
        explained.initCause(denied);
        return explained;
    }

    private static Optional<String> owner(Path path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,permissions");
            @SuppressWarnings("unchecked")
            Set<PosixFilePermission> mode = (Set<PosixFilePermission>) attributes.get("permissions");
            return Optional.of(
                    "belongs to user " + attributes.get("uid") + " with mode " + PosixFilePermissions.toString(mode));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    /** The effective user's number, the second on the kernel's line; elsewhere than on Linux the name. */
    private static String ownUser() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .map(line -> line.split("\\s+")[2])
                    .findFirst()
                    .orElseThrow();
        } catch (IOException noProc) {
            return System.getProperty("user.name");
        }
    }
}
