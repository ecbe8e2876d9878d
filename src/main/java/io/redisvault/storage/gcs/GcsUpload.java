package io.redisvault.storage.gcs;

import com.google.api.client.http.AbstractHttpContent;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.util.ExponentialBackOff;
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
    /** Pauses between attempts; null while all goes well. */
    private ExponentialBackOff backOff;

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
                    GcsClient.requireNoError(opened, GcsClient.text(opened));
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
        long received = start;
        boolean unsure = false;
        while (true) {
            try {
                Answer answer = put(unsure ? end : received, end, last);
                boolean progress = answer.received() > received;
                if (progress) {
                    backOff = null;
                }
                if (answer.stored() != null || answer.received() == end && !last) {
                    return answer.stored();
                }
                if (answer.received() < start || answer.received() > end) {
                    throw unavailable("the server lost what it had received");
                }
                if (!progress && !unsure) {
                    throw new IOException("the server takes no more bytes");
                }
                received = answer.received();
                unsure = false;
            } catch (HttpResponseException e) {
                unsure = !restartIfForgotten(e);
                received = unsure ? received : start;
                pause(e);
            } catch (IOException | IllegalArgumentException halfAnAnswer) {
                unsure = true;
                pause(new IOException(halfAnAnswer));
            }
        }
    }

    /**
     * Begins the upload again if the server forgot it before any chunk was complete, and returns whether it did. Fails
     * if a retry is useless.
     */
    private boolean restartIfForgotten(HttpResponseException failure) throws IOException {
        boolean forgotten = failure.getStatusCode() == 404 || failure.getStatusCode() == 410;
        if (!forgotten && !GcsClient.mayPass(failure.getStatusCode())) {
            throw failure;
        }
        if (forgotten && start > 0) {
            throw unavailable("the server forgot the upload after " + start + " bytes; it has to begin again");
        }
        if (forgotten) {
            session = begin();
        }
        return forgotten;
    }

    private record Answer(long received, GcsObject stored) {}

    /** @param from offset of the first byte to send; if it is {@code end}, asks how much the server has */
    private Answer put(long from, long end, boolean last) throws IOException {
        requireNotCancelled();
        HttpRequest request = client.session().buildPutRequest(session, bytes(from, end));
        request.getHeaders()
                .setContentRange("bytes " + (from == end ? "*" : from + "-" + (end - 1)) + "/" + (last ? end : "*"));
        if (last) {
            request.getHeaders().set("x-goog-hash", "crc32c=" + StoredChecksum.text(crc));
        }
        HttpResponse response = execute(request);
        if (response.getStatusCode() == RESUME) {
            response.disconnect();
            Matcher range =
                    RECEIVED.matcher(String.valueOf(response.getHeaders().getRange()));
            return new Answer(range.matches() ? Long.parseLong(range.group(1)) + 1 : 0, null);
        }
        GcsObject stored = GcsObject.of(GcsClient.json(GcsClient.requireSuccess(response)));
        if (stored.size() == null) {
            throw new IOException("the answer does not tell what is stored");
        }
        return new Answer(end, stored);
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

    private void pause(IOException failure) throws IOException {
        backOff = backOff == null ? client.backOff() : backOff;
        client.pause(
                backOff,
                failure,
                client.errors().translate("write", url(), failure).getMessage());
    }

    private StorageException unavailable(String why) {
        return new StorageException.Unavailable("Cannot write " + url() + ": " + why, null);
    }

    private String url() {
        return GcsStorage.url(bucket, key);
    }
}
