package io.redisvault.backup;

import java.time.Instant;

/**
 * What one backup is called.
 *
 * @param name {@code {node}_{timestamp}.rdb}, or another suffix of a {@link StoredForm}
 * @param key the name below the prefix, as the storage knows it
 * @param timestamp when Redis finished the dump
 */
public record BackupName(String name, String key, Instant timestamp) {}
