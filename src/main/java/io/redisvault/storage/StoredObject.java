package io.redisvault.storage;

import java.util.Map;

/**
 * One object of the storage.
 *
 * @param size in bytes
 * @param metadata the facts stored beside it; empty when the object comes from a listing
 */
public record StoredObject(String key, long size, Map<String, String> metadata) {

    public StoredObject {
        metadata = Map.copyOf(metadata);
    }

    public StoredObject(String key, long size) {
        this(key, size, Map.of());
    }
}
