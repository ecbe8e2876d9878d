package io.redisvault.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The resumable uploads of {@link GcsServer}. */
final class GcsUploads {

    /** A server keeps what it got of an interrupted chunk, in these units. */
    private static final int UNIT = 256 * 1024;

    private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d+)-(\\d+)|\\*)/(\\d+|\\*)");

    /** One resumable upload; {@code stored} once it is finished. */
    private static final class Session {
        final String bucket;
        final JsonNode resource;
        final boolean createOnly;
        final Path file;
        volatile GcsObjects.Stored stored;
        volatile boolean discarded;

        Session(String bucket, JsonNode resource, boolean createOnly, Path file) {
            this.bucket = bucket;
            this.resource = resource;
            this.createOnly = createOnly;
            this.file = file;
        }
    }

    private final GcsObjects objects;
    private final GcsFaults faults;
    private final Path directory;
    private final Consumer<String> count;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong received = new AtomicLong();

    volatile String scheme = "http";

    /** Text before the range that was received. */
    volatile String unit = "bytes=";

    GcsUploads(GcsObjects objects, GcsFaults faults, Path directory, Consumer<String> count) {
        this.objects = objects;
        this.faults = faults;
        this.directory = directory;
        this.count = count;
    }

    int unfinished() {
        return (int) sessions.values().stream()
                .filter(session -> session.stored == null)
                .count();
    }

    long received() {
        return received.get();
    }

    /** Null if the connection is to be cut. */
    GcsAnswer serve(HttpExchange exchange, String bucket, Map<String, String> query) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            return open(exchange, bucket, query);
        }
        String id = query.get("upload_id");
        Session session = sessions.get(id);
        if (faults.endOfSessions > 0
                && session != null
                && exchange.getRequestMethod().equals("PUT")
                && faults.chunksBeforeTheEnd.getAndDecrement() == 0) {
            forget(id, session);
            return GcsAnswer.error(faults.endOfSessions, "gone", "The upload of " + id + " has ended");
        }
        if (session == null) {
            return GcsAnswer.error(404, "notFound", "No such upload");
        }
        if (exchange.getRequestMethod().equals("DELETE")) {
            count.accept("discard");
            // Ends the receipt of a chunk whose sender is gone.
            session.discarded = true;
            synchronized (session) {
                if (session.stored == null) {
                    forget(id, session);
                }
            }
            return GcsAnswer.empty(499);
        }
        synchronized (session) {
            return session.discarded ? GcsAnswer.empty(499) : receive(exchange, id, session);
        }
    }

    private GcsAnswer open(HttpExchange exchange, String bucket, Map<String, String> query) throws IOException {
        count.accept("open");
        if (!"resumable".equals(query.get("uploadType"))) {
            return GcsAnswer.error(501, "notImplemented", "uploadType=" + query.get("uploadType"));
        }
        if (!objects.hasBucket(bucket)) {
            return GcsAnswer.error(404, "notFound", "The specified bucket does not exist.");
        }
        ObjectNode resource =
                (ObjectNode) GcsObjects.JSON.readTree(exchange.getRequestBody().readAllBytes());
        if (query.containsKey("name")) {
            resource.put("name", query.get("name"));
        }
        boolean createOnly = "0".equals(query.get("ifGenerationMatch"));
        if (createOnly && objects.get(bucket, resource.get("name").asText()) != null) {
            return conditionNotMet();
        }
        // As long as Google's, so that half of one is nobody's.
        String id = UUID.randomUUID().toString();
        Path file = Files.createFile(directory.resolve(id));
        sessions.put(id, new Session(bucket, resource, createOnly, file));
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        scheme + "://" + exchange.getRequestHeaders().getFirst("Host")
                                + exchange.getRequestURI().getRawPath() + "?uploadType=resumable&upload_id=" + id);
        // As Google's testbench has it.
        return new GcsAnswer(200, "text/html; charset=UTF-8", new byte[0]);
    }

    private GcsAnswer receive(HttpExchange exchange, String id, Session session) throws IOException {
        Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Content-Range"));
        if (!range.matches()) {
            return GcsAnswer.error(400, "badRequest", "Content-Range");
        }
        if (session.stored != null) {
            count.accept("query");
            return GcsAnswer.json(session.stored.resource());
        }
        boolean empty = range.group(1) == null;
        count.accept(empty ? "query" : "chunk");
        if (!empty) {
            if (Long.parseLong(range.group(1)) != Files.size(session.file)) {
                return new GcsAnswer(
                        503, "text/plain", "Invalid request: Content-Range".getBytes(StandardCharsets.US_ASCII));
            }
            long length = Long.parseLong(range.group(2)) - Long.parseLong(range.group(1)) + 1;
            if (!append(exchange.getRequestBody(), session, length)) {
                return null;
            }
        }
        long size = Files.size(session.file);
        if (!range.group(3).equals(Long.toString(size))) {
            if (size > 0) {
                exchange.getResponseHeaders().set("Range", unit + "0-" + (size - 1));
            }
            return GcsAnswer.empty(308);
        }
        return finish(exchange, id, session);
    }

    /** False if the connection is to be cut, or was. */
    private boolean append(InputStream body, Session session, long length) throws IOException {
        long cut = faults.cutAfter.getAndUpdate(after -> after >= 0 && after < length ? -1 : after);
        boolean cutting = cut >= 0 && cut < length;
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(session.file, StandardOpenOption.APPEND)) {
            whole = copy(body, out, session, cutting ? cut : length) && !cutting;
        } finally {
            if (!whole) {
                try (FileChannel file = FileChannel.open(session.file, StandardOpenOption.WRITE)) {
                    file.truncate(file.size() / UNIT * UNIT);
                }
            }
        }
        return whole;
    }

    private GcsAnswer finish(HttpExchange exchange, String id, Session session) throws IOException {
        if (faults.damaging) {
            damage(session.file);
        }
        GcsObjects.Stored stored = objects.add(session.bucket, session.resource, session.file, session.createOnly);
        if (stored == null) {
            forget(id, session);
            return conditionNotMet();
        }
        String hash = exchange.getRequestHeaders().getFirst("x-goog-hash");
        String crc32c = "crc32c=" + stored.resource().get("crc32c").asText();
        if (hash != null && !hash.contains(crc32c) && !faults.damaging) {
            objects.remove(session.bucket, stored.resource().get("name").asText(), null);
            sessions.remove(id);
            return GcsAnswer.error(400, "invalid", "Provided " + hash + " does not match the calculated " + crc32c);
        }
        session.stored = stored;
        if (faults.replacing) {
            Path other = Files.writeString(Files.createTempFile(directory, "other", ""), "other");
            objects.add(session.bucket, session.resource, other, false);
        }
        return faults.answersToLose.getAndSet(0) > 0 ? null : GcsAnswer.json(faults.without(stored.resource()));
    }

    private void forget(String id, Session session) throws IOException {
        sessions.remove(id);
        Files.deleteIfExists(session.file);
    }

    private static GcsAnswer conditionNotMet() {
        return GcsAnswer.error(
                412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
    }

    private static void damage(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() > 0) {
                var last = ByteBuffer.allocate(1);
                channel.read(last, channel.size() - 1);
                last.put(0, (byte) ~last.get(0)).flip();
                channel.write(last, channel.size() - 1);
            }
        }
    }

    /** False if the input ended early or nobody wants it any longer. */
    private boolean copy(InputStream in, OutputStream out, Session session, long length) throws IOException {
        int rate = faults.bytesPerSecond;
        byte[] buffer = new byte[rate > 0 ? Math.max(1, rate / 50) : 64 * 1024];
        for (long left = length; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0 || session.discarded) {
                return false;
            }
            out.write(buffer, 0, n);
            left -= n;
            received.addAndGet(n);
            if (rate > 0) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        return true;
    }
}
