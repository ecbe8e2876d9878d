package io.redisvault.restore;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Result of a restore, as {@code --json} prints it.
 *
 * @param outcome {@code restored}
 * @param backup that was restored, with what was found in it
 * @param path of the dump or append-only file, or the address of the running server
 * @param keptAs path that the file before it has now; absent if there was none
 * @param server that has loaded it, such as {@code redis 7.4.1}; absent where a file was written
 * @param keys that the server had then, with those whose time was over; absent where a file was written
 * @param notes what may keep Redis from loading it
 */
@RegisterForReflection
public record RestoreResult(
        String outcome, Backup backup, String path, String keptAs, String server, Long keys, List<String> notes) {

    private static final String RESTORED = "restored";

    static RestoreResult written(Backup backup, Path path, Optional<Path> keptAs, List<String> notes) {
        String kept = keptAs.map(Path::toString).orElse(null);
        return new RestoreResult(RESTORED, backup, path.toString(), kept, null, null, notes);
    }

    /** @param address of the server */
    public static RestoreResult loaded(LiveRestore.Loaded loaded, String address) {
        ServerInfo server = loaded.server();
        return new RestoreResult(
                RESTORED, loaded.backup(), address, null, server.server(), server.totalKeys(), loaded.notes());
    }
}
