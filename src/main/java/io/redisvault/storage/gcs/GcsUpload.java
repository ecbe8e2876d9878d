package io.redisvault.storage.gcs;

import com.google.api.client.http.AbstractHttpContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.client.util.BackOffUtils;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.client.util.Sleeper;
import com.google.api.client.util.escape.CharEscapers;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.redisvault.storage.CrcDigest;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Map;
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
    private static final Pattern RECEIVED = Pattern.compile("bytes=0-(\\d+)");

    private final GcsClient client;
    private final String bucket;
    private final StorageObject wanted;
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
        this.wanted = new StorageObject()
                .setName(key)
                .setContentType("application/octet-stream")
                .setMetadata(metadata);
    }

    Void open() throws IOException {
        session = begin();
        backOff = null;
        return null;
    }

    /** Begins an upload and returns the address for its bytes. */
    private GenericUrl begin() throws IOException {
        Storage storage = client.storage();
        GenericUrl url = new GenericUrl(storage.getRootUrl() + "upload/" + storage.getServicePath() + "b/"
                + CharEscapers.escapeUriPath(bucket) + "/o");
        url.put("uploadType", "resumable");
        // Create the object only if there is none yet.
        url.put("ifGenerationMatch", 0);
        while (true) {
            try {
                HttpResponse opened = storage.getRequestFactory()
                        .buildPostRequest(url, new JsonHttpContent(storage.getJsonFactory(), wanted))
                        .execute();
                opened.disconnect();
                String location = opened.getHeaders().getLocation();
                if (location != null && location.contains("upload_id=")) {
                    return new GenericUrl(location);
                }
            } catch (NumberFormatException halfALength) {
                // Treated like an answer without an address.
            }
            // The JDK accepts a broken-off header as complete, so the address may be missing.
            pause(new IOException("an upload was begun without an address for its bytes"));
        }
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

    /** Sends the rest, once the content has completed. Fails if something else was stored. */
    StorageObject finish() throws IOException {
        StorageObject stored = send(true);
        session = null;
        long length = start + filled;
        String sent = CrcDigest.text(crc);
        if (!BigInteger.valueOf(length).equals(stored.getSize()) || !sent.equals(stored.getCrc32c())) {
            throw new StorageException.Corrupt(
                    url() + " arrived damaged" + remove(stored) + ": sent " + length + " bytes with CRC32C " + sent
                            + ", stored " + stored.getSize() + " with " + stored.getCrc32c(),
                    null);
        }
        return stored;
    }

    /** Deletes only this generation of the object: another may be good. Returns what the user must still do. */
    private String remove(StorageObject stored) {
        if (stored.getGeneration() == null) {
            return ", DELETE IT";
        }
        try {
            client.storage()
                    .objects()
                    .delete(bucket, wanted.getName())
                    .setGeneration(stored.getGeneration())
                    .execute();
            return "";
        } catch (IOException | RuntimeException e) {
            boolean gone = client.errors().translate("remove", url(), e) instanceof StorageException.NotFound;
            return gone ? "" : ", DELETE ITS GENERATION " + stored.getGeneration();
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
    private StorageObject send(boolean last) throws IOException {
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

    private record Answer(long received, StorageObject stored) {}

    /** @param from offset of the first byte to send; if it is {@code end}, asks how much the server has */
    private Answer put(long from, long end, boolean last) throws IOException {
        requireNotCancelled();
        HttpRequest request = client.session().buildPutRequest(session, bytes(from, end));
        request.getHeaders()
                .setContentRange("bytes " + (from == end ? "*" : from + "-" + (end - 1)) + "/" + (last ? end : "*"));
        if (last) {
            request.getHeaders().set("x-goog-hash", "crc32c=" + CrcDigest.text(crc));
        }
        HttpResponse response = request.execute();
        try {
            if (response.isSuccessStatusCode()) {
                StorageObject stored = response.parseAs(StorageObject.class);
                if (stored.getSize() == null && end > 0) {
                    throw new IOException("the answer does not tell what is stored");
                }
                return new Answer(end, stored);
            }
            if (response.getStatusCode() != RESUME) {
                throw new HttpResponseException(response);
            }
            Matcher range =
                    RECEIVED.matcher(String.valueOf(response.getHeaders().getRange()));
            return new Answer(range.matches() ? Long.parseLong(range.group(1)) + 1 : 0, null);
        } finally {
            response.disconnect();
        }
    }

    /** Part of the chunk, written in slices so that a cancellation does not wait for a slow server. */
    private HttpContent bytes(long from, long end) {
        return new AbstractHttpContent(wanted.getContentType()) {
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
        client.notice(
                backOff, client.errors().translate("write", url(), failure).getMessage());
        try {
            if (!BackOffUtils.next(Sleeper.DEFAULT, backOff)) {
                throw failure;
            }
        } catch (InterruptedException e) {
            throw new CancellationException();
        }
    }

    private StorageException unavailable(String why) {
        return new StorageException.Unavailable("Cannot write " + url() + ": " + why, null);
    }

    private String url() {
        return GcsStorage.url(bucket, wanted.getName());
    }
}
