package io.redisvault.api;

import io.smallrye.mutiny.Multi;

/**
 * The body of an answer: a backup, or a part of one.
 *
 * @param name of the backup
 * @param length of the body in bytes
 * @param bytes read from the storage once they are subscribed to
 */
record BackupBytes(String name, long length, Multi<byte[]> bytes) {}
