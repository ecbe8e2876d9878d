package io.redisvault.api;

import io.redisvault.backup.Backup;
import io.redisvault.restore.BackupReader;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Answers who wants the bytes of a backup, all or some of them, as RFC 9110 has it. */
@ApplicationScoped
class BackupDownload {

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final BackupReader reader;
    private final ReadLimit limit;

    BackupDownload(BackupReader reader, ReadLimit limit) {
        this.reader = reader;
        this.limit = limit;
    }

    /**
     * @param range the header {@code Range}, or null
     * @param ifRange the header {@code If-Range}, or null
     */
    Response answer(Backup backup, Request request, String range, String ifRange) {
        EntityTag tag = tag(backup);
        String modified = HTTP_DATE.format(backup.timestamp());
        ResponseBuilder unmet = request.evaluatePreconditions(tag);
        if (unmet != null) {
            Response answer = unmet.build();
            return answer.getStatus() == 412 ? Problems.unmet() : answer;
        }
        boolean ranged = request.getMethod().equals(HttpMethod.GET)
                && (ifRange == null || ifRange.equals('"' + tag.getValue() + '"') || ifRange.equals(modified));
        Optional<ByteRange> part = ranged ? ByteRange.of(range, backup.bytes()) : Optional.empty();
        if (part.filter(wanted -> wanted.length() == 0).isPresent()) {
            return Problems.notSatisfiable(backup, part.get());
        }
        long length = part.map(ByteRange::length).orElse(backup.bytes());
        ResponseBuilder answer = Response.status(part.isPresent() ? 206 : 200)
                .type(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(HttpHeaders.CONTENT_LENGTH, length)
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment(backup.name()))
                .header(HttpHeaders.LAST_MODIFIED, modified)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header("Accept-Ranges", "bytes")
                .tag(tag)
                .entity(new BackupBytes(backup.name(), length, limit.hold(bytes(backup, part))));
        part.ifPresent(sent -> answer.header("Content-Range", sent.of(backup.bytes())));
        return answer.build();
    }

    /** Checked if it is all of it, whether or not a range said so. */
    private Multi<byte[]> bytes(Backup backup, Optional<ByteRange> part) {
        return part.filter(some -> some.length() < backup.bytes())
                .map(some -> reader.read(backup, some.offset(), some.length()))
                .orElseGet(() -> reader.open(backup).bytes())
                .map(chunk -> {
                    byte[] copy = new byte[chunk.remaining()];
                    chunk.get(copy);
                    return copy;
                });
    }

    /** Backups are never replaced: where the checksum is unknown, the time will do. */
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
}
