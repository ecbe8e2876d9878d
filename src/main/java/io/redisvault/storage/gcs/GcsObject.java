package io.redisvault.storage.gcs;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The server's description of an object. Servers differ in what they leave out, and write numbers as JSON numbers or
 * strings.
 *
 * @param size in bytes; null if it is missing or no number
 * @param crc32c in Base64; null if it is missing
 * @param generation null if it is missing
 */
record GcsObject(String name, Long size, String crc32c, String generation, Map<String, String> metadata) {

    static GcsObject of(JsonObject json) {
        String size = text(json, "size");
        return new GcsObject(
                text(json, "name"),
                size != null && size.matches("\\d{1,18}") ? Long.valueOf(size) : null,
                text(json, "crc32c"),
                text(json, "generation"),
                json.getValue("metadata") instanceof JsonObject metadata ? metadata(metadata) : Map.of());
    }

    /** Reads a page of a listing. An entry that is no object has no name either. */
    static List<GcsObject> ofPage(JsonObject page) {
        Stream<?> items = page.getValue("items") instanceof JsonArray array
                ? array.stream()
                : Stream.ofNullable(page.getValue("items"));
        return items.map(item -> of(item instanceof JsonObject json ? json : new JsonObject()))
                .toList();
    }

    private static Map<String, String> metadata(JsonObject json) {
        return json.fieldNames().stream()
                .filter(name -> json.getValue(name) != null)
                .collect(Collectors.toMap(name -> name, json::getString));
    }

    /** Returns a value; null if it is missing, null or empty, which some servers do not tell apart. */
    static String text(JsonObject json, String name) {
        String value = json.getString(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
