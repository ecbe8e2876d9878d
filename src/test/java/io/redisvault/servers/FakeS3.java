package io.redisvault.servers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The part of S3 that backups need, in memory and over plain sockets, for what real servers do that others do not. Bucket
 * names are ignored, and so are signatures.
 */
public final class FakeS3 implements AutoCloseable {

    /**
     * @param key empty for the bucket
     * @param query an empty value if there is none
     * @param headers with names in lower case
     */
    public record Request(
            String method, String key, Map<String, String> query, Map<String, String> headers, byte[] body) {

        public boolean is(String wanted) {
            return method.equals(wanted);
        }

        public boolean asks(String parameter) {
            return query.containsKey(parameter);
        }
    }

    /** @param headers without the length of the body */
    public record Answer(int status, Map<String, String> headers, String body) {

        public static Answer error(int status, String code, String message) {
            return new Answer(
                    status,
                    Map.of(),
                    "<Error><Code>" + code + "</Code><Message>" + message.replace("&", "&amp;") + "</Message></Error>");
        }

        public static Answer ok(String body) {
            return new Answer(200, Map.of(), body);
        }
    }

    /** What is stored under a key. */
    public record Stored(byte[] bytes, Map<String, String> metadata) {}

    private final Acceptor acceptor = Acceptor.start(this::serve);
    private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Map<Integer, byte[]>> uploads = new ConcurrentSkipListMap<>();
    private final Map<String, Request> begun = new ConcurrentSkipListMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Function<Request, Optional<Answer>>> quirks = new CopyOnWriteArrayList<>();
    private volatile String interim = "";
    private volatile String extra = "";
    private volatile String beforeBodies = "";
    private volatile String lengthOfHeads = "";
    private volatile int times = 1;
    private volatile boolean keepsHalves;
    private volatile boolean endsBodiesOfHeads;
    private volatile long cutAfter = Long.MAX_VALUE;

    private FakeS3() {}

    public static FakeS3 start() {
        return new FakeS3();
    }

    /** Forgets what it has, was asked and does otherwise than S3. */
    public void reset() {
        objects.clear();
        uploads.clear();
        requests.clear();
        quirks.clear();
        interim = "";
        extra = "";
        beforeBodies = "";
        lengthOfHeads = "";
        times = 1;
        keepsHalves = false;
        endsBodiesOfHeads = false;
        cutAfter = Long.MAX_VALUE;
    }

    public URI endpoint() {
        return acceptor.uri();
    }

    public Map<String, Stored> objects() {
        return objects;
    }

    /** The keys of uploads that were begun and neither completed nor aborted, by their identifiers. */
    public Map<String, Map<Integer, byte[]>> uploads() {
        return uploads;
    }

    public List<Request> requests() {
        return requests;
    }

    /** Answers such requests so; the quirk that was added last goes first. */
    public FakeS3 answer(Predicate<Request> which, Function<Request, Answer> answer) {
        quirks.add(0, request -> which.test(request) ? Optional.of(answer.apply(request)) : Optional.empty());
        return this;
    }

    /** Answers the next such requests so, and leaves later ones alone. */
    public FakeS3 answer(int count, Predicate<Request> which, Function<Request, Answer> answer) {
        int[] left = {count};
        return answer(request -> which.test(request) && left[0]-- > 0, answer);
    }

    /** Sends this before each answer. */
    public FakeS3 interim(String raw) {
        interim = raw;
        return this;
    }

    /** Sends these headers, each with its line end, with each answer, and this text before each XML. */
    public FakeS3 decorate(String headers, String beforeXml) {
        extra = headers;
        beforeBodies = beforeXml;
        return this;
    }

    /** Sends this header with each answer to {@code HEAD} of an object, instead of its length. */
    public FakeS3 headsHaveInsteadOfTheirLength(String header) {
        lengthOfHeads = header;
        return this;
    }

    /** Sends each answer twice. */
    public FakeS3 repeatsItself() {
        times = 2;
        return this;
    }

    /** Sends the end of a body after each answer to {@code HEAD}, as Swift does. */
    public FakeS3 endsBodiesOfHeads() {
        endsBodiesOfHeads = true;
        return this;
    }

    /** Stores what it has got of a body when the connection breaks. */
    public FakeS3 keepsHalves() {
        keepsHalves = true;
        return this;
    }

    /** Breaks the next connection once it has got so many bytes of a body. */
    public FakeS3 cutsABodyAfter(long bytes) {
        cutAfter = bytes;
        return this;
    }

    private void serve(Socket client) throws IOException {
        InputStream in = new BufferedInputStream(client.getInputStream());
        for (String line = line(in); line != null; line = line(in)) {
            if (!line.endsWith("HTTP/1.1")) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                return;
            }
            Map<String, String> headers = new HashMap<>();
            for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
                String[] pair = (header + ":").split(":", 2);
                headers.put(
                        pair[0].toLowerCase(Locale.ROOT),
                        pair[1].replaceFirst(":$", "").strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            boolean cut = length > cutAfter;
            byte[] body = in.readNBytes((int) Math.min(length, cutAfter));
            Request request = request(line, headers, body);
            boolean whole = body.length == length;
            if (whole) {
                send(client.getOutputStream(), request, answerTo(request));
            } else if (keepsHalves) {
                usual(request);
            }
            if (cut) {
                cutAfter = Long.MAX_VALUE;
            }
            if (!whole) {
                client.setSoLinger(true, 0);
                return;
            }
        }
    }

    private static Request request(String line, Map<String, String> headers, byte[] body) {
        String[] target = line.split(" ")[1].split("\\?", 2);
        String[] path = target[0].substring(1).split("/", 2);
        Map<String, String> query = new HashMap<>();
        for (String pair : target.length == 1 ? new String[0] : target[1].split("&")) {
            String[] parts = pair.split("=", 2);
            query.put(decode(parts[0]), parts.length == 1 ? "" : decode(parts[1]));
        }
        return new Request(line.split(" ")[0], path.length == 1 ? "" : decode(path[1]), query, headers, body);
    }

    private Answer answerTo(Request request) {
        requests.add(request);
        return quirks.stream()
                .map(quirk -> quirk.apply(request))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> usual(request));
    }

    /** As S3 itself answers. */
    public synchronized Answer usual(Request request) {
        String upload = request.query().get("uploadId");
        if (upload != null && !uploads.containsKey(upload)) {
            return Answer.error(404, "NoSuchUpload", "There is no such upload");
        }
        return switch (request.method()) {
            case "PUT" -> upload == null ? put(request) : part(request, upload);
            case "POST" -> upload == null ? begin(request) : complete(request, upload);
            case "DELETE" -> delete(request, upload);
            case "HEAD", "GET" ->
                request.asks("uploads") ? listUploads(request) : request.key().isEmpty() ? list(request) : get(request);
            default -> Answer.error(405, "MethodNotAllowed", "Not here");
        };
    }

    private Answer put(Request request) {
        if (objects.containsKey(request.key()) && request.headers().containsKey("if-none-match")) {
            return Answer.error(412, "PreconditionFailed", "There is an object");
        }
        objects.put(request.key(), new Stored(request.body(), metadata(request)));
        return new Answer(200, Map.of("ETag", '"' + md5(request.body()) + '"'), "");
    }

    private Answer begin(Request request) {
        String id = "upload-" + begun.size();
        begun.put(id, request);
        uploads.put(id, new TreeMap<>());
        return Answer.ok(
                "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }

    private Answer part(Request request, String upload) {
        uploads.get(upload).put(Integer.parseInt(request.query().get("partNumber")), request.body());
        return new Answer(200, Map.of("ETag", '"' + md5(request.body()) + '"'), "");
    }

    private Answer complete(Request request, String upload) {
        if (objects.containsKey(request.key()) && request.headers().containsKey("if-none-match")) {
            return Answer.error(412, "PreconditionFailed", "There is an object");
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        ByteArrayOutputStream sums = new ByteArrayOutputStream();
        Map<Integer, byte[]> parts = uploads.remove(upload);
        parts.values().forEach(part -> {
            whole.writeBytes(part);
            sums.writeBytes(HexFormat.of().parseHex(md5(part)));
        });
        objects.put(request.key(), new Stored(whole.toByteArray(), metadata(begun.get(upload))));
        return Answer.ok("<CompleteMultipartUploadResult><ETag>" + md5(sums.toByteArray()) + "-" + parts.size()
                + "</ETag></CompleteMultipartUploadResult>");
    }

    private Answer delete(Request request, String upload) {
        if (upload == null) {
            objects.remove(request.key());
        } else {
            uploads.remove(upload);
        }
        return new Answer(204, Map.of(), "");
    }

    private Answer get(Request request) {
        Stored stored = objects.get(request.key());
        if (stored == null) {
            return Answer.error(404, "NoSuchKey", "There is no such object");
        }
        Map<String, String> headers = new HashMap<>(stored.metadata());
        headers.put("ETag", '"' + md5(stored.bytes()) + '"');
        return new Answer(200, headers, new String(stored.bytes(), ISO_8859_1));
    }

    private Answer list(Request request) {
        StringBuilder found = new StringBuilder();
        objects.forEach((key, stored) -> {
            if (key.startsWith(request.query().getOrDefault("prefix", ""))) {
                found.append("<Contents><Key>").append(key).append("</Key><Size>");
                found.append(stored.bytes().length).append("</Size></Contents>");
            }
        });
        return Answer.ok("<ListBucketResult><IsTruncated>false</IsTruncated>" + found + "</ListBucketResult>");
    }

    private Answer listUploads(Request request) {
        StringBuilder found = new StringBuilder();
        uploads.keySet().forEach(id -> {
            String key = begun.get(id).key();
            if (key.startsWith(request.query().getOrDefault("prefix", ""))) {
                found.append("<Upload><Key>")
                        .append(key)
                        .append("</Key><UploadId>")
                        .append(id);
                found.append("</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>");
            }
        });
        return Answer.ok("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>" + found
                + "</ListMultipartUploadsResult>");
    }

    private static Map<String, String> metadata(Request request) {
        Map<String, String> metadata = new LinkedHashMap<>();
        request.headers().forEach((name, value) -> {
            if (name.startsWith("x-amz-meta-")) {
                metadata.put(name, value);
            }
        });
        return metadata;
    }

    private void send(OutputStream out, Request request, Answer answer) throws IOException {
        boolean xml = answer.body().startsWith("<");
        byte[] body = ((xml ? beforeBodies : "") + answer.body()).getBytes(ISO_8859_1);
        StringBuilder head = new StringBuilder(interim);
        head.append("HTTP/1.1 ").append(answer.status()).append(" x\r\n");
        answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        head.append(extra);
        if (body.length == 0 && extra.isEmpty()) {
            // As of moto: the default of its web framework.
            head.append("Content-Type: text/html\r\n");
        }
        boolean surplus = endsBodiesOfHeads && request.is("HEAD");
        if (surplus) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        if (request.is("HEAD") && answer.status() == 200 && !lengthOfHeads.isEmpty()) {
            head.append(lengthOfHeads).append("\r\n");
        } else if (answer.status() != 204 && !(surplus && answer.status() == 404)) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.append("\r\n").toString().getBytes(UTF_8));
        if (surplus) {
            whole.writeBytes("0\r\n\r\n".getBytes(UTF_8));
        } else if (!request.is("HEAD")) {
            whole.writeBytes(body);
        }
        for (int i = 0; i < times; i++) {
            whole.writeTo(out);
        }
        out.flush();
    }

    /** Null at the end. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(ISO_8859_1).strip();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
