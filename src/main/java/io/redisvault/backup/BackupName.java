package io.redisvault.backup;

import java.time.Instant;

/**
 * The name of one backup.
 *
 * @param name {@code {node}_{timestamp}} and the suffix of its {@link StoredForm}
 * @param key its key in the storage: prefix and name
 * @param timestamp when Redis finished the dump
 */
public record BackupName(String name, String key, Instant timestamp) {}
