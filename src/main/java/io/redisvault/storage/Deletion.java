package io.redisvault.storage;

import java.util.Optional;

/** Result of deleting one object; the failure is empty if the object is gone. */
public record Deletion(String key, Optional<StorageException> failure) {

    public static Deletion done(String key) {
        return new Deletion(key, Optional.empty());
    }

    public static Deletion failed(String key, StorageException failure) {
        return new Deletion(key, Optional.of(failure));
    }

    public boolean succeeded() {
        return failure.isEmpty();
    }
}
