package io.redisvault.servers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Google Cloud Storage's JSON API as far as Google's Java client uses it for backups: buckets, resumable uploads, reads
 * with ranges, paged listings, preconditions and deletes; and the one request for a token of a service account. Faults can be ordered.
 */
public final class GcsServer implements AutoCloseable {

    static {
        // Else every answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final Pattern OBJECT = Pattern.compile("/(?:download/)?storage/v1/b/([^/]+)/o/([^/]+)");
    private static final Pattern OBJECTS = Pattern.compile("/storage/v1/b/([^/]+)/o");
    private static final Pattern UPLOAD = Pattern.compile("/(?:resumable/)?upload/storage/v1/b/([^/]+)/o");

    /** What {@code /token} hands out. */
    public static final String TOKEN = "ya29.a-token";

    private final HttpServer http;
    private final ExecutorService threads;
    private final Path directory;
    private final GcsObjects objects = new GcsObjects();
    private final GcsFaults faults = new GcsFaults();
    private final GcsUploads uploads;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    private final Set<String> authorizations = ConcurrentHashMap.newKeySet();

    private volatile int pageSize = 1000;

    /** On any free port of the loopback interface, with its objects in a temporary directory. */
    public static GcsServer start() {
        return start(0);
    }

    public static GcsServer start(int port) {
        try {
            return new GcsServer(port, Files.createTempDirectory("gcs-server"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GcsServer(int port, Path directory) throws IOException {
        this.directory = directory;
        uploads = new GcsUploads(objects, faults, directory, this::counted);
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "gcs-server");
            thread.setDaemon(true);
            return thread;
        });
        http.setExecutor(threads);
        http.createContext("/", this::serve);
        http.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    public GcsServer withBucket(String name) {
        objects.createBucket(name);
        return this;
    }

    /** Names the addresses of uploads as a client sees them that comes through a {@link TlsProxy}. */
    public GcsServer behindTls() {
        uploads.scheme = "https";
        return this;
    }

    /** Says in this unit how much of an upload has arrived. */
    public void countUploadsBy(String unit) {
        uploads.unit = unit;
    }

    /** Lists at most this many objects per page, whatever the client asks for. */
    public void pageSize(int most) {
        pageSize = most;
    }

    /** The file that holds what is stored of an object. */
    public Path file(String bucket, String name) {
        return objects.get(bucket, name).file();
    }

    /** Answers the next requests with an error. */
    public void failNext(int times, int status) {
        faults.failureStatus = status;
        faults.failures.set(times);
    }

    public int failuresLeft() {
        return faults.failures.get();
    }

    /** Cuts the connection once, after so many bytes of the next chunk. */
    public void cutUploadAfter(long bytes) {
        faults.cutAfter.set(bytes);
    }

    /** Stores what the next upload sent, but cuts the connection instead of answering. */
    public void loseFinalAnswer() {
        faults.answersToLose.set(1);
    }

    /** Changes one byte of every object that is stored from now on, and does not compare checksums itself. */
    public void damage(boolean on) {
        faults.damaging = on;
    }

    /** Receives uploads no faster; 0 for as fast as they come. */
    public void uploadsAt(int bytesPerSecondOrZero) {
        faults.bytesPerSecond = bytesPerSecondOrZero;
    }

    /** Refuses everything with 403 and this reason; null for no longer. */
    public void deny(String reason) {
        faults.denial = reason;
        faults.denyingDeletesOnly = false;
    }

    /** Refuses to delete objects only. */
    public void denyDeleting(String reason) {
        faults.denyingDeletesOnly = true;
        faults.denial = reason;
    }

    /** Answers everything so; for no longer, with a status of 0. */
    public void answerAlways(int status, String type, String body) {
        faults.always = status == 0 ? null : new GcsAnswer(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends whoever asks to another address. */
    public void redirectTo(String location) {
        faults.redirect = location;
        answerAlways(301, "text/plain", "Moved");
    }

    /** Gives all answers this type. */
    public void callEverything(String type) {
        faults.type = type;
    }

    /** Names one more page of each listing, the same each time. */
    public void listForEver(boolean on) {
        faults.listingForEver = on;
    }

    /** Leaves this out of what is said of objects that are listed or were stored just now. */
    public void listWithout(String field) {
        faults.fieldNotListed = field;
    }

    /** Knows nothing of the upload that sends the next chunk but so many, once. */
    public void endSessionAfter(int chunks, int status) {
        faults.chunksBeforeTheEnd.set(chunks);
        faults.endOfSessions = status;
    }

    /** Has every object replaced by somebody else's as soon as it is stored. */
    public void replaceWhatIsStored() {
        faults.replacing = true;
    }

    /** Sends whole objects only. */
    public void ignoreRanges() {
        faults.ignoringRanges = true;
    }

    /** The header with which clients showed who they are; {@code nobody} where there was none. */
    public Set<String> authorizations() {
        return authorizations;
    }

    public int unfinishedUploads() {
        return uploads.unfinished();
    }

    /** Bytes of uploads received since the start, repeated ones included. */
    public long uploadedBytes() {
        return uploads.received();
    }

    /** How many requests there were: open, chunk, query, discard, list, get, media, delete or bucket. */
    public long count(String kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
        awaitEnd();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Else a file may appear while the directory is emptied. */
    private void awaitEnd() {
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            authorizations.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                    .orElse("nobody"));
            GcsAnswer failure = faults.failure();
            GcsAnswer answer = failure == null ? answer(exchange) : failure;
            if (answer != null) {
                exchange.getRequestBody().readAllBytes();
                send(exchange, answer);
            }
        }
    }

    private void send(HttpExchange exchange, GcsAnswer answer) throws IOException {
        if (faults.redirect != null) {
            exchange.getResponseHeaders().set("Location", faults.redirect);
        }
        String type = faults.type == null ? answer.type() : faults.type;
        if (type != null) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        if (answer.body().length > 0) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    /** Null if the answer was sent already, or is not to be. */
    private GcsAnswer answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Map<String, String> query = query(exchange.getRequestURI());
        GcsAnswer refusal = faults.refusal(exchange.getRequestMethod());
        if (refusal != null) {
            return refusal;
        }
        if (path.equals("/token")) {
            return GcsAnswer.json(GcsObjects.JSON
                    .createObjectNode()
                    .put("access_token", TOKEN)
                    .put("token_type", "Bearer")
                    .put("expires_in", 3600));
        }
        Matcher upload = UPLOAD.matcher(path);
        if (upload.matches()) {
            return uploads.serve(exchange, decode(upload.group(1)), query);
        }
        Matcher object = OBJECT.matcher(path);
        if (object.matches() && "media".equals(query.get("alt"))) {
            return media(exchange, decode(object.group(1)), decode(object.group(2)), query);
        }
        return resource(exchange.getRequestMethod(), path, query);
    }

    /** What can also be part of a batch. */
    private GcsAnswer resource(String method, String path, Map<String, String> query) throws IOException {
        Matcher object = OBJECT.matcher(path);
        Matcher list = OBJECTS.matcher(path);
        String bucket = object.matches() ? decode(object.group(1)) : list.matches() ? decode(list.group(1)) : null;
        if (bucket == null) {
            return GcsAnswer.error(501, "notImplemented", method + " " + path);
        }
        if (!objects.hasBucket(bucket)) {
            return GcsAnswer.error(404, "notFound", "The specified bucket does not exist.");
        }
        if (list.matches()) {
            counted("list");
            int wanted = Integer.parseInt(query.getOrDefault("maxResults", "1000"));
            String token = faults.listingForEver ? null : query.get("pageToken");
            ObjectNode page = objects.list(bucket, query.getOrDefault("prefix", ""), token, Math.min(wanted, pageSize));
            return GcsAnswer.json(faults.spoil(page));
        }
        String name = decode(object.group(2));
        if (method.equals("DELETE")) {
            counted("delete");
            return objects.remove(bucket, name, query.get("generation")) ? GcsAnswer.empty(204) : missing(bucket, name);
        }
        counted("get");
        GcsObjects.Stored stored = objects.get(bucket, name);
        return stored == null ? missing(bucket, name) : GcsAnswer.json(stored.resource());
    }

    private static GcsAnswer missing(String bucket, String name) {
        return GcsAnswer.error(404, "notFound", "No such object: " + bucket + "/" + name);
    }

    private GcsAnswer media(HttpExchange exchange, String bucket, String name, Map<String, String> query)
            throws IOException {
        counted("media");
        GcsObjects.Stored stored = objects.hasBucket(bucket) ? objects.get(bucket, name) : null;
        String generation = query.get("generation");
        if (stored == null || generation != null && Long.parseLong(generation) != stored.generation()) {
            return missing(bucket, name);
        }
        long from = 0;
        long to = stored.size() - 1;
        String range =
                faults.ignoringRanges ? null : exchange.getRequestHeaders().getFirst("Range");
        if (range != null) {
            String[] bounds = range.substring("bytes=".length()).split("-", 2);
            from = Long.parseLong(bounds[0]);
            to = bounds[1].isEmpty() ? to : Math.min(to, Long.parseLong(bounds[1]));
            if (from >= stored.size()) {
                return GcsAnswer.error(416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.");
            }
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + to + "/" + stored.size());
        }
        exchange.getResponseHeaders().set("x-goog-generation", Long.toString(stored.generation()));
        exchange.getResponseHeaders()
                .set("x-goog-hash", "crc32c=" + stored.resource().get("crc32c").asText());
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        long length = to - from + 1;
        exchange.sendResponseHeaders(range == null ? 200 : 206, length == 0 ? -1 : length);
        try (FileChannel file = FileChannel.open(stored.file())) {
            WritableByteChannel out = Channels.newChannel(exchange.getResponseBody());
            for (long at = from; at <= to; ) {
                at += file.transferTo(at, to + 1 - at, out);
            }
        }
        return null;
    }

    private void counted(String kind) {
        counts.computeIfAbsent(kind, any -> new LongAdder()).increment();
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&")) {
                String[] both = pair.split("=", 2);
                query.put(decode(both[0]), both.length < 2 ? "" : decodeQuery(both[1]));
            }
        }
        return query;
    }

    private static String decode(String segment) {
        return decodeQuery(segment.replace("+", "%2B"));
    }

    private static String decodeQuery(String value) {
        return URLDecoder.decode(value, StandardCharsets.UTF_8);
    }
}
