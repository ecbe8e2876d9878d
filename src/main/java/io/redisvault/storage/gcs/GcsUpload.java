package io.redisvault.storage.gcs;

import com.google.api.client.http.AbstractHttpContent;
import com.google.api.client.http.EmptyContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.client.util.BackOff;
import com.google.api.client.util.BackOffUtils;
import com.google.api.client.util.Sleeper;
import com.google.api.client.util.escape.CharEscapers;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.redisvault.storage.CrcText;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * A resumable upload, whose object appears when its last chunk arrives. One chunk is kept, to be sent again from where
 * the server has it. Google's own uploaders keep the session's address and the new object's generation to themselves,
 * without which an upload can neither be aborted nor its object be told from another one.
 */
final class GcsUpload {

    private static final Logger LOG = Logger.getLogger(GcsUpload.class);

    /** A multiple of 256 KiB; each chunk costs a round trip. */
    static final int CHUNK = 8 * 1024 * 1024;

    private static final int SLICE = 64 * 1024;
    private static final int RESUME = 308;
    private static final Pattern RECEIVED = Pattern.compile("bytes=0-(\\d+)");

    private final GcsClient client;
    private final String bucket;
    private final StorageObject wanted;
    private final CRC32C crc = new CRC32C();
    private final byte[] chunk = new byte[CHUNK];

    /** Null before the upload is begun and after it came to its end. */
    private GenericUrl session;
    /** Where the chunk begins in the object. */
    private long start;

    private int filled;

    GcsUpload(GcsClient client, String bucket, StorageObject wanted) {
        this.client = client;
        this.bucket = bucket;
        this.wanted = wanted;
    }

    Void open() throws IOException {
        BackOff backOff = client.backOff();
        String location = begin();
        // The JDK takes half a header for a whole one.
        while (location == null || !location.contains("upload_id=")) {
            pause(backOff, new IOException("an upload was begun without an address for its bytes"));
            location = begin();
        }
        session = new GenericUrl(location);
        return null;
    }

    /** Returns the address to send the bytes to. */
    private String begin() throws IOException {
        Storage storage = client.storage();
        GenericUrl url = new GenericUrl(storage.getRootUrl() + "upload/" + storage.getServicePath() + "b/"
                + CharEscapers.escapeUriPath(bucket) + "/o");
        url.put("uploadType", "resumable");
        // Only if there is none yet.
        url.put("ifGenerationMatch", 0);
        HttpRequest request = storage.getRequestFactory()
                .buildPostRequest(url, new JsonHttpContent(storage.getJsonFactory(), wanted));
        HttpResponse opened = request.execute();
        opened.disconnect();
        return opened.getHeaders().getLocation();
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

    /** Sends what is left, once the content has ended well. */
    StorageObject finish() throws IOException {
        StorageObject stored = send(true);
        session = null;
        long length = start + filled;
        String sent = CrcText.of(crc);
        if (!BigInteger.valueOf(length).equals(stored.getSize()) || !sent.equals(stored.getCrc32c())) {
            throw new StorageException.Corrupt(
                    url() + " arrived damaged" + remove(stored) + ": sent " + length + " bytes with CRC32C " + sent
                            + ", stored " + stored.getSize() + " with " + stored.getCrc32c(),
                    null);
        }
        return stored;
    }

    /** Deletes this generation of the object: another may be somebody else's, and good. Says what is left to do. */
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

    /** Gives up what was sent, unless it became an object; without this, Google keeps it unseen for a week. */
    void abort() {
        // A cancellation must not end this, too.
        Thread.interrupted();
        if (session == null) {
            return;
        }
        try {
            // Google answers 499, as if the client had hung up.
            client.session().buildDeleteRequest(session).execute().disconnect();
        } catch (IOException | RuntimeException e) {
            LOG.warn(client.errors().translate("abort the upload of", url(), e).getMessage());
        }
    }

    /** Sends the chunk, and after a failure what the server has not got of it. Null unless it is the last one. */
    private StorageObject send(boolean last) throws IOException {
        long end = start + filled;
        long received = start;
        long furthest = start;
        boolean unsure = false;
        BackOff backOff = null;
        while (true) {
            IOException failure;
            try {
                Answer answer = put(unsure ? end : received, end, last);
                if (answer.stored() != null) {
                    return answer.stored();
                }
                boolean progress = answer.received() > furthest;
                received = answer.received();
                furthest = Math.max(furthest, received);
                if (received < start || received > end) {
                    throw new StorageException.Unavailable(
                            "Cannot write " + url() + ": the server lost what it had received", null);
                }
                if (received == end && !last) {
                    return null;
                }
                if (progress || unsure) {
                    backOff = progress ? null : backOff;
                    unsure = false;
                    continue;
                }
                failure = new IOException("the server takes no more bytes");
            } catch (HttpResponseException e) {
                boolean forgotten = e.getStatusCode() == 404 || e.getStatusCode() == 410;
                if (forgotten && start > 0) {
                    throw new StorageException.Unavailable(
                            "Cannot write " + url() + ": the server forgot the upload after " + start
                                    + " bytes; it has to begin again",
                            null);
                }
                if (!forgotten && !GcsClient.mayPass(e.getStatusCode())) {
                    throw e;
                }
                if (forgotten) {
                    // Nothing is lost yet.
                    open();
                    received = 0;
                }
                failure = e;
                unsure = !forgotten;
            } catch (IOException e) {
                failure = e;
                unsure = true;
            } catch (IllegalArgumentException halfAnAnswer) {
                failure = new IOException(halfAnAnswer);
                unsure = true;
            }
            backOff = backOff == null ? client.backOff() : backOff;
            pause(backOff, failure);
        }
    }

    private record Answer(long received, StorageObject stored) {}

    /** @param from where in the object the bytes begin that are sent; asks how far the server is if it is the end */
    private Answer put(long from, long end, boolean last) throws IOException {
        requireNotCancelled();
        HttpContent content = from == end ? new EmptyContent() : new Bytes((int) (from - start), (int) (end - from));
        HttpRequest request = client.session().buildPutRequest(session, content);
        request.getHeaders()
                .setContentRange("bytes " + (from == end ? "*" : from + "-" + (end - 1)) + "/" + (last ? end : "*"));
        if (last) {
            request.getHeaders().set("x-goog-hash", "crc32c=" + CrcText.of(crc));
        }
        HttpResponse response = request.execute();
        try {
            if (response.getStatusCode() == RESUME) {
                Matcher range = RECEIVED.matcher(
                        Objects.requireNonNullElse(response.getHeaders().getRange(), ""));
                return new Answer(range.matches() ? Long.parseLong(range.group(1)) + 1 : 0, null);
            }
            if (response.isSuccessStatusCode()) {
                GcsClient.requireBody(response);
                return new Answer(end, response.parseAs(StorageObject.class));
            }
            throw new HttpResponseException(response);
        } finally {
            response.disconnect();
        }
    }

    private static void requireNotCancelled() {
        if (Thread.currentThread().isInterrupted()) {
            // Nothing that would be tried again.
            throw new CancellationException();
        }
    }

    private static void pause(BackOff backOff, IOException failure) throws IOException {
        try {
            if (!BackOffUtils.next(Sleeper.DEFAULT, backOff)) {
                throw failure;
            }
        } catch (InterruptedException e) {
            throw new CancellationException();
        }
    }

    private String url() {
        return GcsStorage.url(bucket, wanted.getName());
    }

    /** A part of the chunk, written in slices so that a cancellation need not wait for a slow server. */
    private final class Bytes extends AbstractHttpContent {
        private final int offset;
        private final int length;

        Bytes(int offset, int length) {
            super(wanted.getContentType());
            this.offset = offset;
            this.length = length;
        }

        @Override
        public long getLength() {
            return length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            for (int written = 0; written < length; written += SLICE) {
                requireNotCancelled();
                out.write(chunk, offset + written, Math.min(SLICE, length - written));
            }
            out.flush();
        }
    }
}
