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
 * The bucket or directory that holds the backups, whatever the product behind it.
 *
 * <p>Every call is lazy: it starts on subscription and never blocks the subscribing thread. Failures of the storage are
 * {@link StorageException}s; a failure of the content being stored is passed on unchanged. Keys are UTF-8 strings of
 * segments separated by {@code /}. A segment is not empty and does not start with a dot: the filesystem storage uses
 * such names for its own files.
 */
public interface BackupStorage {

    /** Result of deleting one object; the failure is empty if the object is gone. */
    record Deletion(String key, Optional<StorageException> failure) {

        public boolean succeeded() {
            return failure.isEmpty();
        }
    }

    /**
     * Stores one object as a whole: it becomes visible only after the content has completed. A failed call leaves
     * nothing behind. A cancelled call may leave an incomplete upload, which {@link #abortIncomplete} removes.
     *
     * @param metadata short ASCII values stored with the object; names in lower case with hyphens
     * @return the stored object; fails with {@link StorageException.AlreadyExists} if the key is taken
     */
    Uni<StoredObject> put(String key, Content content, Map<String, String> metadata);

    /**
     * Lists the objects whose key starts with {@code prefix}, without metadata and in any order. Pages are fetched on
     * demand; an incomplete listing fails.
     */
    Multi<StoredObject> list(String prefix);

    /** Returns one object with its metadata; fails with {@link StorageException.NotFound}. */
    Uni<StoredObject> head(String key);

    /**
     * Returns the storage's checksum of an object; empty if there is none that can be compared with the object's bytes.
     * Fails with {@link StorageException.NotFound}.
     */
    Uni<Optional<StoredChecksum>> checksum(String key);

    /**
     * Reads {@code length} bytes of an object, starting at byte {@code offset}, no faster than they are requested.
     * Fails with {@link StorageException.NotFound}, or with {@link StorageException.Corrupt} if fewer bytes arrive.
     */
    Multi<ByteBuffer> read(String key, long offset, long length);

    /** Deletes an object; succeeds if there is none. */
    Uni<Void> delete(String key);

    /**
     * Deletes several objects with one request each, because some servers cannot delete many at once. Yields one result
     * per key, in any order; never fails as a whole.
     */
    default Multi<Deletion> delete(Collection<String> keys) {
        return Multi.createFrom()
                .iterable(keys)
                .onItem()
                .transformToUni(key -> delete(key)
                        .replaceWith(new Deletion(key, Optional.empty()))
                        .onFailure(StorageException.class)
                        .recoverWithItem(failure -> new Deletion(key, Optional.of(failure))))
                .merge(4);
    }

    /**
     * Removes incomplete uploads that are older than {@code olderThan}, and yields how many.
     *
     * @param keyPrefix start of the keys to look at, so that the storage can narrow its search
     * @param keys accepts the keys whose uploads may be removed; other uploads are not touched
     */
    Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys);

    /** Checks that the storage answers and can be listed; fails with the reason and the remedy. */
    Uni<Void> checkAccess();

    /**
     * Checks that writing works: stores and deletes a tiny object, whose name resembles a backup's but never counts as
     * one.
     *
     * @param keyPrefix start of the keys of backups
     * @return empty if writing works, else a sentence that says why the check could not be completed; fails with
     *     {@link StorageException} if writing does not work
     */
    default Uni<Optional<String>> checkWrite(String keyPrefix) {
        // Has colons like a backup's name, because some storages reject them. Does not end in .rdb, so it is no backup.
        String key = keyPrefix + "2026-01-02T03:04:05Z.access-check";
        Content content = new Content(Multi.createFrom().item(ByteBuffer.allocate(1)), 1);
        // Delete first: without that permission the check stops before it leaves anything behind.
        return delete(key)
                .chain(() -> put(key, content, Map.of()))
                // Another process of this node runs the same check.
                .onFailure(StorageException.AlreadyExists.class)
                .recoverWithNull()
                .chain(() -> delete(key))
                .map(deleted -> Optional.<String>empty())
                .onFailure(failure ->
                        failure instanceof StorageException.AccessDenied || failure instanceof StorageException.Locked)
                .recoverWithItem(failure -> Optional.of("writing was not tried to its end: " + failure.getMessage()));
    }

    /** Returns the time of the storage's clock; empty if it is not known. Never fails. */
    default Uni<Optional<Instant>> clock() {
        return Uni.createFrom().item(Optional.empty());
    }

    /** Returns the address of an object as users know it, for example {@code s3://bucket/key}. */
    String url(String key);
}
