package io.redisvault.api;

import io.redisvault.api.Problems.Problem;
import io.redisvault.backup.Backup;
import io.redisvault.backup.StoredForm;
import io.redisvault.restore.BackupReader;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestMulti;

/** Sends the stored bytes of a backup, with ranges and preconditions as in RFC 9110. */
@ApplicationScoped
class BackupDownload {

    private static final Logger LOG = Logger.getLogger(BackupDownload.class);
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** A backup and the requested part; empty means all of it. */
    private record Wanted(Backup backup, Optional<ByteRange> part) {

        long length() {
            return part.map(ByteRange::length).orElse(backup.bytes());
        }
    }

    private final BackupReader reader;
    private final ReadLimit limit;

    BackupDownload(BackupReader reader, ReadLimit limit) {
        this.reader = reader;
        this.limit = limit;
    }

    /**
     * Answers a download. A failure before the first chunk gets an error response. After it, the connection is
     * closed, so that nobody takes a part for the whole.
     *
     * @param range the {@code Range} header, or null
     * @param ifRange the {@code If-Range} header, or null
     */
    RestMulti<byte[]> answer(Uni<Backup> found, Request request, String range, String ifRange, Runnable hangUp) {
        boolean get = request.getMethod().equals(HttpMethod.GET);
        return RestMulti.fromUniResponse(
                found.map(backup -> new Wanted(backup, part(backup, request, get ? range : null, ifRange))),
                wanted -> get ? bytes(wanted, hangUp) : Multi.createFrom().empty(),
                BackupDownload::headers,
                wanted -> wanted.part().isPresent() ? 206 : 200);
    }

    private static Optional<ByteRange> part(Backup backup, Request request, String range, String ifRange) {
        EntityTag tag = tag(backup);
        ResponseBuilder unmet = request.evaluatePreconditions(tag);
        if (unmet != null) {
            Response refusal = unmet.build();
            throw refusal.getStatus() == 412
                    ? Problem.of(
                                    "precondition-failed",
                                    "The backup is another one",
                                    412,
                                    "its ETag is none of those in If-Match")
                            .exception()
                    : new WebApplicationException(refusal);
        }
        boolean same =
                ifRange == null || ifRange.equals('"' + tag.getValue() + '"') || ifRange.equals(modified(backup));
        Optional<ByteRange> part = same ? ByteRange.of(range, backup.bytes()) : Optional.empty();
        if (part.filter(wanted -> wanted.length() == 0).isPresent()) {
            String detail = backup.name() + " has " + backup.bytes() + " bytes";
            throw new WebApplicationException(
                    Problem.of("range-not-satisfiable", "The range lies beyond the end", 416, detail)
                            .response("Content-Range", part.get().of(backup.bytes())));
        }
        return part;
    }

    private static Map<String, List<String>> headers(Wanted wanted) {
        Backup backup = wanted.backup();
        Map<String, List<String>> headers = new HashMap<>();
        headers.put(HttpHeaders.CONTENT_TYPE, List.of(type(backup.form())));
        headers.put(HttpHeaders.CONTENT_LENGTH, List.of(String.valueOf(wanted.length())));
        // Removes the "chunked" that RestMulti sets: the length is known.
        headers.put("Transfer-Encoding", List.of());
        headers.put(HttpHeaders.CONTENT_DISPOSITION, List.of(attachment(backup.name())));
        headers.put(HttpHeaders.LAST_MODIFIED, List.of(modified(backup)));
        headers.put(HttpHeaders.ETAG, List.of('"' + tag(backup).getValue() + '"'));
        headers.put(HttpHeaders.VARY, List.of(HttpHeaders.ACCEPT));
        headers.put("Accept-Ranges", List.of("bytes"));
        wanted.part().ifPresent(sent -> headers.put("Content-Range", List.of(sent.of(backup.bytes()))));
        return headers;
    }

    /** Only zstd has a registered media type; age and RDB have none. */
    private static String type(StoredForm form) {
        return form == StoredForm.COMPRESSED ? "application/zstd" : MediaType.APPLICATION_OCTET_STREAM;
    }

    private Multi<byte[]> bytes(Wanted wanted, Runnable hangUp) {
        AtomicBoolean begun = new AtomicBoolean();
        return limit.hold(read(wanted), hangUp)
                .map(BackupDownload::copy)
                .onItem()
                .invoke(() -> begun.set(true))
                .onFailure(failure -> begun.get())
                .recoverWithMulti(failure -> {
                    LOG.errorf("download of %s broken off: %s", wanted.backup().name(), failure.getMessage());
                    hangUp.run();
                    return Multi.createFrom().nothing();
                });
    }

    /** Verifies the bytes only if all of them are read, with or without a range. */
    private Multi<ByteBuffer> read(Wanted wanted) {
        Backup backup = wanted.backup();
        return wanted.part()
                .filter(some -> some.length() < backup.bytes())
                .map(some -> reader.read(backup, some.offset(), some.length()))
                .orElseGet(() -> reader.download(backup));
    }

    private static byte[] copy(ByteBuffer chunk) {
        byte[] copy = new byte[chunk.remaining()];
        chunk.get(copy);
        return copy;
    }

    private static String modified(Backup backup) {
        return HTTP_DATE.format(backup.timestamp());
    }

    /** If the checksum is unknown, the time identifies the content: backups are never replaced. */
    private static EntityTag tag(Backup backup) {
        Optional<String> checksum = Optional.ofNullable(backup.rdb()).map(Backup.Rdb::checksum);
        return new EntityTag(checksum.orElseGet(() -> backup.timestamp().toString()) + "-" + backup.bytes());
    }

    private static String attachment(String name) {
        String plain = name.replaceAll("[^\\x20-\\x7e]|[\"%]", "_");
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
        return "attachment; filename=\"" + plain + '"' + (plain.equals(name) ? "" : "; filename*=UTF-8''" + encoded);
    }

    /**
     * A range of bytes of a backup, as in an HTTP {@code Range} header.
     *
     * @param length 0 if the range begins beyond the end and cannot be satisfied
     */
    record ByteRange(long offset, long length) {

        private static final Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d*)-(\\d*)\\s*", Pattern.CASE_INSENSITIVE);
        private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

        /** Parses a {@code Range} header. Empty if it must be ignored: null, malformed, or several ranges. */
        static Optional<ByteRange> of(String header, long size) {
            Matcher range = SINGLE.matcher(header == null ? "" : header);
            if (!range.matches()) {
                return Optional.empty();
            }
            String first = range.group(1);
            String last = range.group(2);
            if (first.isEmpty()) {
                long length = last.isEmpty() ? 0 : Math.min(size, number(last));
                return last.isEmpty() ? Optional.empty() : Optional.of(new ByteRange(size - length, length));
            }
            long offset = number(first);
            long end = last.isEmpty() ? size - 1 : number(last);
            if (!last.isEmpty() && end < offset) {
                return Optional.empty();
            }
            return Optional.of(new ByteRange(offset, offset >= size ? 0 : Math.min(end, size - 1) - offset + 1));
        }

        /** HTTP allows numbers of any length; larger ones become {@link Long#MAX_VALUE}. */
        private static long number(String digits) {
            return new BigInteger(digits).min(MAX).longValue();
        }

        /** The value of the {@code Content-Range} header. */
        String of(long size) {
            return length == 0 ? "bytes */" + size : "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
        }
    }
}
