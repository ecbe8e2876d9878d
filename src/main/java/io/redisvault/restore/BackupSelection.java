package io.redisvault.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Selects a backup: the one of this name, else the newest that is old and young enough.
 *
 * @param node whose backups; this one's when empty
 * @param before the time that the dump must be older than
 * @param maxAge that the dump must not exceed
 * @param orOlder takes the newest good one before it if it is corrupt
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

    /** The one of this name, if this node has it. */
    public static BackupSelection named(String name) {
        return new BackupSelection(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** The same, but only what is older than a time. */
    BackupSelection before(Instant time) {
        return new BackupSelection(name, node, Optional.of(time), maxAge, orOlder);
    }

    /** The same, with or without older ones. */
    public BackupSelection orOlder(boolean older) {
        return new BackupSelection(name, node, before, maxAge, older);
    }
}
