package io.redisvault.storage;

import com.google.api.services.storage.model.StorageObject;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobWriteOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * A resumable upload. The object appears when its last chunk arrives, which {@link WriteChannel#close()} sends: also one
 * that is too short, so close is called on success only. A channel that is dropped holds nothing but memory.
 */
final class GcsUpload implements Upload {

    private static final Logger LOG = Logger.getLogger(GcsUpload.class);

    /** Kept in memory to be sent again; each chunk costs a round trip. */
    static final int CHUNK = 8 * 1024 * 1024;

    private final GcsClient client;
    private final BlobId id;
    private final long length;
    private final Map<String, String> metadata;
    private final GcsRequests requests;
    private final CRC32C sent = new CRC32C();

    private WriteChannel channel;
    private boolean finishing;
    private Long generation;

    GcsUpload(GcsClient client, BlobId id, long length, Map<String, String> metadata, Executor executor) {
        this.client = client;
        this.id = id;
        this.length = length;
        this.metadata = Map.copyOf(metadata);
        this.requests = new GcsRequests(executor);
    }

    @Override
    public void open() {
        BlobInfo object = BlobInfo.newBuilder(id)
                .setContentType("application/octet-stream")
                .setMetadata(metadata)
                .build();
        call("create", () -> {
            channel = client.storage().writer(object, BlobWriteOption.doesNotExist());
            channel.setChunkSize(CHUNK);
            return channel;
        });
    }

    @Override
    public void write(ByteBuffer bytes) {
        sent.update(bytes.duplicate());
        ByteBuffer rest = bytes.duplicate();
        call("write", () -> {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            return null;
        });
    }

    @Override
    public StoredObject publish() {
        finishing = true;
        call("create", this::finish);
        Blob blob = call("read", () -> client.storage().get(id));
        if (blob == null || generation != null && !generation.equals(blob.getGeneration())) {
            throw new StorageException.Other(id.toGsUtilUri() + " was removed while it was being stored", null);
        }
        generation = blob.getGeneration();
        if (blob.getSize() != length || !checksum().equals(blob.getCrc32c())) {
            throw new StorageException.Corrupt(
                    id.toGsUtilUri() + " arrived damaged, DELETE IT if it is still there: sent " + length
                            + " bytes with CRC32C " + checksum() + ", stored " + blob.getSize() + " with "
                            + blob.getCrc32c(),
                    null);
        }
        return new StoredObject(id.getName(), length, metadata);
    }

    @Override
    public void abandon() {
        String session = requests.session();
        if (session == null) {
            return;
        }
        try {
            if (!takeBack()) {
                client.discard(session);
                // The last chunk may have been on its way when the connection was cut.
                takeBack();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warnf("Could not clean up the upload of %s: %s", id.toGsUtilUri(), e);
        }
    }

    @Override
    public void stop() {
        requests.stop();
    }

    private Void finish() throws IOException {
        try {
            channel.close();
        } catch (IOException | com.google.cloud.storage.StorageException refused) {
            // An answer may have been lost, and what is now in the way be the very object that it announced.
            Optional<StorageObject> completed = completed();
            if (completed.isEmpty()) {
                throw refused;
            }
            generation = completed.get().getGeneration();
        }
        return null;
    }

    /** Deletes the object if this upload has created one, and only that generation of it. */
    private boolean takeBack() {
        if (generation == null && finishing) {
            generation = completed().map(StorageObject::getGeneration).orElse(null);
        }
        return generation != null && client.storage().delete(BlobId.of(id.getBucket(), id.getName(), generation));
    }

    private Optional<StorageObject> completed() {
        return client.completed(requests.session(), length);
    }

    private String checksum() {
        return CrcText.of(sent);
    }

    private interface ClientCall<T> {
        T run() throws IOException;
    }

    private <T> T call(String action, ClientCall<T> call) {
        return requests.during(() -> {
            try {
                return call.run();
            } catch (IOException | RuntimeException e) {
                throw GcsErrors.translate(action, id.toGsUtilUri(), e);
            }
        });
    }
}
