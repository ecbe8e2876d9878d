package io.redisvault.storage.gcs;

import com.google.api.client.http.AbstractHttpContent;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredChecksum;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * A resumable upload, whose object appears when its last chunk arrives. One chunk is kept, to resend what the server
 * does not have. Google's own uploaders hide the session's address, needed to abort an upload, and the object's
 * generation, needed to tell it from another one.
 */
final class GcsUpload {

    private static final Logger LOG = Logger.getLogger(GcsUpload.class);

    /** In bytes, a multiple of 256 KiB; each chunk costs a round trip. */
    static final int CHUNK = 8 * 1024 * 1024;

    private static final int SLICE = 64 * 1024;
    private static final int RESUME = 308;
    private static final Pattern RECEIVED = Pattern.compile("(?i)(?:bytes[ =])?0-(\\d{1,18})");
    private static final String TYPE = "application/octet-stream";

    private final GcsClient client;
    private final String bucket;
    private final String key;
    private final Map<String, String> metadata;
    private final CRC32C crc = new CRC32C();
    private final byte[] chunk = new byte[CHUNK];

    /** The address for the bytes. Null before the upload begins and after it has completed. */
    private GenericUrl session;
    /** Offset of the chunk in the object. */
    private long start;

    private int filled;
    /** Offset in the object up to which the server has all bytes, as far as known. */
    private long received;
    /** True if an answer was lost. */
    private boolean unsure;

    GcsUpload(GcsClient client, String bucket, String key, Map<String, String> metadata) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.metadata = metadata;
    }

    Void open() throws IOException {
        session = begin();
        return null;
    }

    /** Begins an upload and returns the address for its bytes. */
    private GenericUrl begin() throws IOException {
        GenericUrl url = client.url("upload/", bucket, null);
        url.put("uploadType", "resumable");
        // Create the object only if there is none yet.
        url.put("ifGenerationMatch", 0);
        String described = new JsonObject()
                .put("name", key)
                .put("contentType", TYPE)
                .put("metadata", metadata)
                .encode();
        return client.execute(
                client.request("POST", url, ByteArrayContent.fromString("application/json", described)), opened -> {
                    GcsErrors.requireNoError(opened, GcsErrors.text(opened));
                    String location = opened.getHeaders().getLocation();
                    if (location == null || !location.contains("upload_id=")) {
                        // The JDK accepts a broken-off header as complete, so the address may be missing.
                        throw new IOException("an upload was begun without an address for its bytes");
                    }
                    return new GenericUrl(new URL(url.toURL(), location));
                });
    }

    Void write(ByteBuffer bytes) throws IOException {
        crc.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            if (filled == CHUNK) {
                send(false);
                start += filled;
                filled = 0;
            }
            int count = Math.min(bytes.remaining(), CHUNK - filled);
            bytes.get(chunk, filled, count);
            filled += count;
        }
        return null;
    }

    /** Sends the rest, once the content has completed, and returns the length. Fails if something else was stored. */
    Long finish() throws IOException {
        GcsObject stored = send(true);
        session = null;
        long length = start + filled;
        String sent = StoredChecksum.text(crc);
        if (stored.crc32c() == null) {
            LOG.warnf("the server does not say the CRC32C of %s; only its length was compared", url());
        }
        if (stored.size() != length || stored.crc32c() != null && !sent.equals(stored.crc32c())) {
            throw new StorageException.Corrupt(
                    url() + " arrived damaged" + remove(stored) + ": sent " + length + " bytes with CRC32C " + sent
                            + ", stored " + stored.size() + " with "
                            + Optional.ofNullable(stored.crc32c()).orElse("none"),
                    null);
        }
        return length;
    }

    /** Deletes only this generation of the object: another may be good. Returns what the user must still do. */
    private String remove(GcsObject stored) {
        if (stored.generation() == null) {
            return ", DELETE IT";
        }
        try {
            client.delete(bucket, key, stored.generation());
            return "";
        } catch (IOException | RuntimeException e) {
            boolean gone = client.errors().translate("remove", url(), e) instanceof StorageException.NotFound;
            return gone ? "" : ", DELETE ITS GENERATION " + stored.generation();
        }
    }

    /** Aborts an upload that has not completed; otherwise Google keeps its bytes unseen for a week. */
    void abort() {
        // The interrupt of a cancellation must not stop this request.
        Thread.interrupted();
        if (session == null) {
            return;
        }
        try {
            // Google answers 499, as if the client had disconnected.
            client.session().buildDeleteRequest(session).execute().disconnect();
        } catch (IOException | RuntimeException e) {
            LOG.warn(client.errors().translate("abort the upload of", url(), e).getMessage());
        }
    }

    /** Sends the chunk, and after a failure only what the server lacks. Null unless it is the last chunk. */
    private GcsObject send(boolean last) throws IOException {
        long end = start + filled;
        received = start;
        GcsObject stored;
        do {
            stored = client.retry(() -> advance(end, last));
        } while (stored == null && (last || received < end));
        return stored;
    }

    /** Makes progress: finds out what the server has, or sends what it lacks. */
    private GcsObject advance(long end, boolean last) throws IOException {
        if (unsure) {
            long known = received;
            GcsObject stored = put(end, end, last);
            if (stored != null || received > known) {
                return stored;
            }
        }
        long known = received;
        GcsObject stored = put(known, end, last);
        if (stored == null && received <= known) {
            unsure = true;
            throw new IOException("the server takes no more bytes");
        }
        return stored;
    }

    /**
     * Makes one request, and notes what the server has received. Begins the upload again if the server forgot it before
     * any chunk was complete.
     *
     * @param from offset of the first byte to send; if it is {@code end}, asks how much the server has
     * @return null if the object is not complete
     */
    private GcsObject put(long from, long end, boolean last) throws IOException {
        requireNotCancelled();
        HttpRequest request = client.session().buildPutRequest(session, bytes(from, end));
        request.getHeaders()
                .setContentRange("bytes " + (from == end ? "*" : from + "-" + (end - 1)) + "/" + (last ? end : "*"));
        if (last) {
            request.getHeaders().set("x-goog-hash", "crc32c=" + StoredChecksum.text(crc));
        }
        unsure = true;
        HttpResponse response = execute(request);
        int status = response.getStatusCode();
        GcsObject stored = null;
        if (status == RESUME) {
            response.disconnect();
            Matcher range =
                    RECEIVED.matcher(String.valueOf(response.getHeaders().getRange()));
            received = range.matches() ? Long.parseLong(range.group(1)) + 1 : 0;
            if (received < start || received > end) {
                throw unavailable("the server lost what it had received");
            }
        } else if (status == 404 || status == 410) {
            if (start > 0) {
                throw unavailable("the server forgot the upload after " + start + " bytes; it has to begin again");
            }
            session = begin();
            received = 0;
            unsure = false;
            throw new IOException("the server forgot the upload");
        } else {
            stored = GcsObject.of(GcsErrors.json(GcsErrors.requireSuccess(response)));
            if (stored.size() == null) {
                throw new IOException("the answer does not tell what is stored");
            }
        }
        unsure = false;
        return stored;
    }

    private HttpResponse execute(HttpRequest request) throws IOException {
        try {
            return request.execute();
        } catch (ConnectException | UnknownHostException e) {
            URI place = session.toURI();
            if (client.isServer(place)) {
                throw e;
            }
            throw unavailable("the server wants the bytes of uploads at " + place.getScheme() + "://"
                    + place.getAuthority() + ", where nothing answers; correct its external address in its settings");
        }
    }

    /** Part of the chunk, written in slices so that a cancellation does not wait for a slow server. */
    private HttpContent bytes(long from, long end) {
        return new AbstractHttpContent(TYPE) {
            @Override
            public long getLength() {
                return end - from;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (long at = from; at < end; at += SLICE) {
                    requireNotCancelled();
                    out.write(chunk, (int) (at - start), (int) Math.min(SLICE, end - at));
                }
                out.flush();
            }
        };
    }

    private static void requireNotCancelled() {
        if (Thread.currentThread().isInterrupted()) {
            // Not an IOException, which would be retried.
            throw new CancellationException();
        }
    }

    private StorageException unavailable(String why) {
        return new StorageException.Unavailable("Cannot write " + url() + ": " + why, null);
    }

    private String url() {
        return GcsStorage.url(bucket, key);
    }
}
