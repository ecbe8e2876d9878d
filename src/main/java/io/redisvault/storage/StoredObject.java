package io.redisvault.storage;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An object in the storage.
 *
 * @param size in bytes
 * @param metadata stored with the object, names in lower case; empty if the object comes from a listing
 */
public record StoredObject(String key, long size, Map<String, String> metadata) {

    public StoredObject {
        // Servers and proxies change the case of header names.
        metadata = metadata.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        fact -> fact.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue, (first, again) -> first));
    }

    public StoredObject(String key, long size) {
        this(key, size, Map.of());
    }
}
