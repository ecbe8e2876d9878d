package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The bucket, or directory, that holds the backups.
 *
 * <p>Every call is lazy, starts on subscription and never blocks the subscriber's thread. Failures of the
 * storage are {@link StorageException}s; a failure of the content that is being stored is passed on as it is.
 * Keys are UTF-8 strings whose segments are separated by {@code /}; a segment is not empty and does not start with a
 * dot, which the filesystem storage keeps for itself.
 */
public interface BackupStorage {

    /**
     * Stores one object, all of it or nothing: it becomes visible under its key only once the content has completed. A failed
     * call leaves nothing behind. A cancelled one may leave an incomplete upload, which {@link #abortIncomplete} removes.
     *
     * @param metadata short ASCII facts kept beside the object; names in lower case with hyphens
     * @return the object as stored; fails with {@link StorageException.AlreadyExists} if the key is taken
     */
    Uni<StoredObject> put(String key, Content content, Map<String, String> metadata);

    /** Objects whose key starts with {@code prefix}, in any order, fetched page by page as they are asked for, without metadata. */
    Multi<StoredObject> list(String prefix);

    /** One object with its metadata; fails with {@link StorageException.NotFound}. */
    Uni<StoredObject> head(String key);

    /**
     * The storage's checksum of an object; empty if it has none that can be compared with the object's bytes. Fails with {@link
     * StorageException.NotFound}.
     */
    Uni<Optional<StoredChecksum>> checksum(String key);

    /**
     * {@code length} bytes of an object from {@code offset} on, no faster than they are asked for; fails with
     * {@link StorageException.NotFound}, and with {@link StorageException.Corrupt} when fewer arrive.
     */
    Multi<ByteBuffer> read(String key, long offset, long length);

    /** Deletes an object; a missing one counts as deleted. */
    Uni<Void> delete(String key);

    /**
     * Deletes several objects one by one, some at a time: some servers lack a call for many. One result per key, in any
     * order; never fails as a whole.
     */
    default Multi<Deletion> delete(Collection<String> keys) {
        return Multi.createFrom()
                .iterable(keys)
                .onItem()
                .transformToUni(key -> delete(key)
                        .replaceWith(Deletion.done(key))
                        .onFailure(StorageException.class)
                        .recoverWithItem(failure -> Deletion.failed(key, failure)))
                .merge(4);
    }

    /**
     * Removes what interrupted uploads left behind, if begun before {@code olderThan}; yields how many.
     *
     * @param keyPrefix what the keys of interest start with, for the storage to narrow its search
     * @param keys which of these keys' uploads may go; no other is touched
     */
    Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys);

    /** Completes when the bucket answers and may be listed, else fails with what is wrong and how to mend it. */
    Uni<Void> checkAccess();

    /**
     * Tries to write: creates and removes something tiny under a name like a backup's, which is never taken for one.
     *
     * @param keyPrefix what the keys of backups start with
     * @return empty if that went well, else a sentence that says why writing was not tried; fails with
     *     {@link StorageException} if it failed for another reason than a permission
     */
    default Uni<Optional<String>> checkWrite(String keyPrefix) {
        // With colons as in a backup's time, which some places do not take; no backup's name, since those end in .rdb.
        String key = keyPrefix + "2026-01-02T03:04:05Z.access-check";
        Content content = new Content(Multi.createFrom().item(ByteBuffer.allocate(1)), 1);
        // Who may not delete leaves nothing behind.
        return delete(key)
                .chain(() -> put(key, content, Map.of()))
                // Another process of this node writes it at the same time.
                .onFailure(StorageException.AlreadyExists.class)
                .recoverWithNull()
                .chain(() -> delete(key))
                .map(deleted -> Optional.<String>empty())
                .onFailure(failure ->
                        failure instanceof StorageException.AccessDenied || failure instanceof StorageException.Locked)
                .recoverWithItem(failure -> Optional.of("writing was not tried to its end: " + failure.getMessage()));
    }

    /** The storage's own clock, where it tells; never fails. */
    default Uni<Optional<Instant>> clock() {
        return Uni.createFrom().item(Optional.empty());
    }

    /** The address people know an object by, such as {@code s3://bucket/key}. */
    String url(String key);
}
