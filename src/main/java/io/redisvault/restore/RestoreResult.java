package io.redisvault.restore;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Result of a restore, as {@code --json} prints it; null values are left out there.
 *
 * @param outcome always {@code restored}
 * @param backup the restored backup, with the facts found in its dump
 * @param path path of the dump or append-only file, or address of the running server
 * @param keptAs new path of the replaced file; null if there was none
 * @param server the server that loaded it, such as {@code redis 7.4.1}; null if a file was written
 * @param keys number of keys on the server, including expired ones; null if a file was written
 * @param notes warnings, such as what may keep Redis from loading the backup
 */
@RegisterForReflection
public record RestoreResult(
        String outcome, Backup backup, String path, String keptAs, String server, Long keys, List<String> notes) {

    private static final String RESTORED = "restored";

    static RestoreResult written(Backup backup, Path path, Optional<Path> keptAs, List<String> notes) {
        String kept = keptAs.map(Path::toString).orElse(null);
        return new RestoreResult(RESTORED, backup, path.toString(), kept, null, null, notes);
    }

    /** @param address address of the server, without a password */
    public static RestoreResult loaded(LiveRestore.Loaded loaded, String address) {
        ServerInfo server = loaded.server();
        return new RestoreResult(
                RESTORED, loaded.backup(), address, null, server.server(), server.totalKeys(), loaded.notes());
    }
}
