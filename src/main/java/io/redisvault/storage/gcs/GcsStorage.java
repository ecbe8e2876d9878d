package io.redisvault.storage.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Blocking;
import io.redisvault.storage.Content;
import io.redisvault.storage.Listing;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredChecksum;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stores objects in a bucket of Google Cloud Storage. */
@Singleton
@Identifier("GCS")
public final class GcsStorage implements BackupStorage {

    private static final int PAGE_SIZE = 1000;

    private static final Pattern PART = Pattern.compile("(?i)bytes[ =](\\d{1,18})-(\\d{1,18})/(?:\\d+|\\*)");

    private final String bucket;
    private final GcsClient client;
    private final Executor executor;

    @Inject
    GcsStorage(VaultConfig config) {
        this(
                config.storage().bucket().orElseThrow(),
                new GcsClient(new GcsClient.Options(
                        config.storage().endpoint(),
                        config.storage().credentials() == VaultConfig.Credentials.NONE,
                        config.storage().caFile(),
                        config.storage().timeout())),
                Infrastructure.getDefaultWorkerPool());
    }

    /** @param executor runs the client's calls, which block */
    public GcsStorage(String bucket, GcsClient client, Executor executor) {
        this.bucket = bucket;
        this.client = client;
        this.executor = executor;
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        return Blocking.call(() -> store(key, content, metadata), executor);
    }

    private StoredObject store(String key, Content content, Map<String, String> metadata) throws Exception {
        GcsUpload upload = new GcsUpload(client, bucket, key, metadata);
        try {
            translated("create", url(key), upload::open);
            Blocking.write(content, chunk -> translated("write", url(key), () -> upload.write(chunk)));
            return new StoredObject(key, translated("create", url(key), upload::finish), metadata);
        } finally {
            upload.abort();
        }
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        return Listing.pages(
                        (JsonObject page) -> onWorker("list", url(prefix), () -> page(prefix, page)),
                        page -> nextPage(page) != null,
                        GcsStorage::nextPage)
                .onItem()
                .transformToIterable(GcsObject::ofPage)
                .map(object -> new StoredObject(
                        Listing.requireKey(object.name(), prefix), Listing.requireSize(object.size())));
    }

    private JsonObject page(String prefix, JsonObject before) throws IOException {
        GenericUrl url = client.url("", bucket, null);
        url.put("prefix", prefix);
        url.put("maxResults", PAGE_SIZE);
        url.put("fields", "items(name,size),nextPageToken");
        url.put("pageToken", before == null ? null : nextPage(before));
        return client.get(url);
    }

    private static String nextPage(JsonObject page) {
        return GcsObject.text(page, "nextPageToken");
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return describe(key).map(object -> {
            if (object.size() == null) {
                throw new StorageException.Other(
                        "Cannot read " + url(key) + ": the server does not say its size", null);
            }
            return new StoredObject(key, object.size(), object.metadata());
        });
    }

    @Override
    public Uni<Optional<StoredChecksum>> checksum(String key) {
        return describe(key).map(object -> Optional.ofNullable(object.crc32c()).map(StoredChecksum::crc32c));
    }

    private Uni<GcsObject> describe(String key) {
        return onWorker("read", url(key), () -> GcsObject.of(client.get(client.url("", bucket, key))));
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        if (length == 0) {
            return head(key).onItem().transformToMulti(object -> Multi.createFrom()
                    .empty());
        }
        return Blocking.read(
                () -> {
                    GenericUrl url = client.url("download/", bucket, key);
                    url.put("alt", "media");
                    HttpRequest request = client.request("GET", url, null).setResponseReturnRawInputStream(true);
                    request.getHeaders().setRange("bytes=" + offset + "-" + (offset + length - 1));
                    HttpResponse response = client.execute(request, answer -> answer);
                    return Channels.newChannel(new Body(response, part(key, offset, length, response)));
                },
                length,
                url(key),
                failure -> client.errors().translate("read", url(key), failure),
                executor);
    }

    /**
     * Returns how many bytes the server will send. The JDK accepts a broken-off header as complete, so a second header
     * must confirm the length. A server that ignores the range may send the whole object if that was asked for.
     */
    private long part(String key, long offset, long wanted, HttpResponse response) throws IOException {
        HttpHeaders headers = response.getHeaders();
        boolean whole = response.getStatusCode() == 200 && offset == 0;
        if (whole && Long.valueOf(wanted).equals(headers.getContentLength())) {
            return wanted;
        }
        Matcher range = PART.matcher(String.valueOf(headers.getContentRange()));
        if (response.getStatusCode() == 206 && range.matches() && Long.parseLong(range.group(1)) == offset) {
            long length = Long.parseLong(range.group(2)) - offset + 1;
            if (headers.getContentLength() == null
                    ? headers.getFirstHeaderStringValue("transfer-encoding") != null
                    : headers.getContentLength() == length) {
                return length;
            }
        }
        response.disconnect();
        if (response.getStatusCode() == 200) {
            throw new StorageException.Other(
                    "Cannot read " + url(key) + ": the server sends another part than it was asked for", null);
        }
        throw new IOException("its answer broke off");
    }

    @Override
    public Uni<Void> delete(String key) {
        return this.onWorker("delete", url(key), () -> client.delete(bucket, key, null))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    /** Does nothing: incomplete uploads cannot be listed, and Google removes them after a week. */
    @Override
    public Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return Uni.createFrom().item(0);
    }

    @Override
    public Uni<Void> checkAccess() {
        return listOne()
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> new StorageException.NotFound(
                        "There is no bucket '" + bucket + "'; create it or correct GCS_BUCKET", missing))
                .replaceWithVoid();
    }

    /** Uses the header {@code Date} of an answer. */
    @Override
    public Uni<Optional<Instant>> clock() {
        return listOne()
                .map(answer -> Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(answer.getDate(), Instant::from)))
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /** Returns the headers of an answer. */
    private Uni<HttpHeaders> listOne() {
        return onWorker("list", "gs://" + bucket, () -> {
            GenericUrl url = client.url("", bucket, null);
            url.put("maxResults", 1);
            return client.execute(client.request("GET", url, null), answer -> {
                GcsErrors.json(answer);
                return answer.getHeaders();
            });
        });
    }

    @Override
    public String url(String key) {
        return url(bucket, key);
    }

    static String url(String bucket, String key) {
        return "gs://" + bucket + "/" + key;
    }

    private <T> Uni<T> onWorker(String action, String url, Callable<T> call) {
        return client.notice()
                .ofSilence(
                        client::patience,
                        () -> "no answer yet",
                        Blocking.call(() -> translated(action, url, call), executor));
    }

    private <T> T translated(String action, String url, Callable<T> call) {
        try {
            T result = call.call();
            client.notice().clear();
            return result;
        } catch (Exception e) {
            throw client.errors().translate(action, url, e);
        }
    }

    /** The body of an answer, which must have the announced length. Closing it early does not read the rest. */
    private static final class Body extends FilterInputStream {
        private final HttpResponse response;
        private long left;

        /** @param length that the server announced, in bytes */
        Body(HttpResponse response, long length) throws IOException {
            super(response.getContent());
            this.response = response;
            this.left = length;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (count < 0 && left > 0) {
                throw new IOException(left + " bytes are missing");
            }
            left -= count;
            return count;
        }

        @Override
        public void close() throws IOException {
            response.disconnect();
        }
    }
}
