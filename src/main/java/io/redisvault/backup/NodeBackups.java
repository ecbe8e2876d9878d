package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/**
 * The backups of a node in the storage.
 *
 * @param backups their number
 * @param bytes of all of them
 * @param name of the newest; null if there is none
 * @param newest when Redis finished the dump of the newest; null if there is none
 * @param oldest when it finished that of the oldest; null if there is none
 */
@RegisterForReflection
public record NodeBackups(String node, long backups, long bytes, String name, Instant newest, Instant oldest) {

    public static NodeBackups none(String node) {
        return new NodeBackups(node, 0, 0, null, null, null);
    }

    /** These and one more. */
    NodeBackups and(BackupName added, long size) {
        Instant time = added.timestamp();
        boolean newer = newest == null || time.isAfter(newest);
        return new NodeBackups(
                node,
                backups + 1,
                bytes + size,
                newer ? added.name() : name,
                newer ? time : newest,
                oldest == null || time.isBefore(oldest) ? time : oldest);
    }
}
