package io.redisvault.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/** What {@link GcsServer} keeps: buckets of objects whose bytes are files, so that they may be large. */
final class GcsObjects {

    static final ObjectMapper JSON = new ObjectMapper();

    record Stored(Path file, ObjectNode resource) {
        long generation() {
            return resource.get("generation").asLong();
        }

        long size() {
            return resource.get("size").asLong();
        }
    }

    private final Map<String, NavigableMap<String, Stored>> buckets = new ConcurrentHashMap<>();
    private long lastGeneration = 1_700_000_000_000_000L;

    void createBucket(String name) {
        buckets.putIfAbsent(name, new TreeMap<>());
    }

    boolean hasBucket(String name) {
        return buckets.containsKey(name);
    }

    synchronized Stored get(String bucket, String name) {
        return buckets.get(bucket).get(name);
    }

    /** Null if there is an object and {@code createOnly}. */
    synchronized Stored add(String bucket, JsonNode wanted, Path file, boolean createOnly) throws IOException {
        String name = wanted.get("name").asText();
        Stored former = get(bucket, name);
        if (former != null && createOnly) {
            return null;
        }
        ObjectNode resource = describe(bucket, name, file);
        if (wanted.has("metadata")) {
            resource.set("metadata", wanted.get("metadata"));
        }
        resource.put("contentType", wanted.path("contentType").asText("application/octet-stream"));
        Stored stored = new Stored(file, resource);
        buckets.get(bucket).put(name, stored);
        if (former != null) {
            Files.deleteIfExists(former.file());
        }
        return stored;
    }

    /** @param generation only this one, or any if null */
    synchronized boolean remove(String bucket, String name, String generation) throws IOException {
        Stored stored = get(bucket, name);
        if (stored == null || generation != null && Long.parseLong(generation) != stored.generation()) {
            return false;
        }
        buckets.get(bucket).remove(name);
        Files.deleteIfExists(stored.file());
        return true;
    }

    synchronized ObjectNode list(String bucket, String prefix, String pageToken, int pageSize) {
        ObjectNode page = JSON.createObjectNode().put("kind", "storage#objects");
        var items = page.putArray("items");
        String last = null;
        for (var entry : buckets.get(bucket)
                .tailMap(pageToken == null ? prefix : pageToken, pageToken == null)
                .entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (items.size() == pageSize) {
                page.put("nextPageToken", last);
                break;
            }
            items.add(entry.getValue().resource());
            last = entry.getKey();
        }
        return page;
    }

    private ObjectNode describe(String bucket, String name, Path file) throws IOException {
        CRC32C crc = new CRC32C();
        MessageDigest md5 = md5();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
                md5.update(buffer, 0, n);
            }
        }
        lastGeneration++;
        String now = Instant.now().toString();
        return JSON.createObjectNode()
                .put("kind", "storage#object")
                .put("id", bucket + "/" + name + "/" + lastGeneration)
                .put("bucket", bucket)
                .put("name", name)
                .put("generation", Long.toString(lastGeneration))
                .put("metageneration", "1")
                .put("size", Long.toString(Files.size(file)))
                .put("crc32c", base64(crc))
                .put("md5Hash", Base64.getEncoder().encodeToString(md5.digest()))
                .put("storageClass", "STANDARD")
                .put("timeCreated", now)
                .put("updated", now);
    }

    static String base64(CRC32C crc) {
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
