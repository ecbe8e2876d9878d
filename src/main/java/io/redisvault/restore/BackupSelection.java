package io.redisvault.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Says which backup to use: the one with this name, or else the newest one within these limits.
 *
 * @param node node that has the backup; this node if empty
 * @param before the dump must be older than this time
 * @param maxAge the dump must not be older than this
 * @param orOlder whether to take the next older good backup if the selected one is corrupt; ignored with a name
 */
public record BackupSelection(
        Optional<String> name,
        Optional<String> node,
        Optional<Instant> before,
        Optional<Duration> maxAge,
        boolean orOlder) {

    /** The newest backup of this node. */
    public static final BackupSelection LATEST =
            new BackupSelection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** This node's backup with this name. */
    public static BackupSelection named(String name) {
        return new BackupSelection(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** A copy that selects only backups from before a time. */
    BackupSelection before(Instant time) {
        return new BackupSelection(name, node, Optional.of(time), maxAge, orOlder);
    }

    /** A copy with this value of {@code orOlder}. */
    public BackupSelection orOlder(boolean older) {
        return new BackupSelection(name, node, before, maxAge, older);
    }
}
