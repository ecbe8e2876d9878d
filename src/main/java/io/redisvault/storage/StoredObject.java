package io.redisvault.storage;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One object of the storage.
 *
 * @param size in bytes
 * @param metadata the facts stored beside it, names in lower case; empty when the object comes from a listing
 */
public record StoredObject(String key, long size, Map<String, String> metadata) {

    public StoredObject {
        // Servers and proxies write the names of headers in any case.
        metadata = metadata.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        fact -> fact.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue, (first, again) -> first));
    }

    public StoredObject(String key, long size) {
        this(key, size, Map.of());
    }
}
