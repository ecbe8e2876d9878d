package io.redisvault.storage.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.services.storage.model.StorageObject;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import com.google.cloud.storage.spi.v1.HttpStorageRpc;
import com.google.cloud.storage.spi.v1.StorageRpc;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Google's client over HTTP/JSON, made when it is first used. All of its calls block. */
public final class GcsClient {

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private final Optional<String> projectId;
    private final Optional<URI> endpoint;
    private final Duration timeout;
    private final HttpTransport transport = new NetHttpTransport();

    private Storage storage;

    /**
     * @param endpoint of an emulator, which is spoken to without credentials
     * @param timeout for an answer; a request that fails is tried again for twice as long
     */
    public GcsClient(Optional<String> projectId, Optional<URI> endpoint, Duration timeout) {
        this.projectId = projectId;
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    synchronized Storage storage() {
        if (storage == null) {
            storage = create();
        }
        return storage;
    }

    /** The object that an upload made, if it got that far. */
    Optional<StorageObject> completed(String session, long size) {
        StorageRpc rpc = (StorageRpc) storage().getOptions().getRpc();
        try {
            return Optional.ofNullable(rpc.queryCompletedResumableUpload(session, size));
        } catch (com.google.cloud.storage.StorageException incomplete) {
            return Optional.empty();
        }
    }

    /** Gives up what was sent of an upload; without this, Google keeps it unseen for a week. */
    void discard(String session) throws IOException {
        // The address is its own credential. Google answers 499, as if the client had hung up.
        transport
                .createRequestFactory()
                .buildDeleteRequest(new GenericUrl(session))
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setReadTimeout(CONNECT_TIMEOUT_MILLIS)
                .setThrowExceptionOnExecuteError(false)
                .execute()
                .disconnect();
    }

    private Storage create() {
        StorageOptions.Builder options = StorageOptions.http()
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(() -> transport)
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setReadTimeout(Math.toIntExact(timeout.toMillis()))
                        .build())
                .setServiceRpcFactory(Rpc::new)
                .setRetrySettings(retries())
                // Deletes are safe to repeat as well: a missing object counts as deleted.
                .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
                .setCredentials(credentials())
                // No call here needs one, but without any the client would ask the metadata server of the machine.
                .setProjectId(projectId.orElse("unknown"));
        endpoint.map(URI::toString).map(GcsClient::withoutSlash).ifPresent(options::setHost);
        return options.build().getService();
    }

    private Credentials credentials() {
        if (endpoint.isPresent()) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault();
        } catch (IOException e) {
            throw new StorageException.AccessDenied(
                    "No Google credentials found; use Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS to the"
                            + " path of a key file: " + e.getMessage(),
                    e);
        }
    }

    private RetrySettings retries() {
        return RetrySettings.newBuilder()
                .setTotalTimeoutDuration(timeout.plus(timeout))
                .setInitialRetryDelayDuration(Duration.ofMillis(500))
                .setRetryDelayMultiplier(2)
                .setMaxRetryDelayDuration(Duration.ofSeconds(16))
                .build();
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** The client keeps the address of an upload to itself, which is needed to give one up. */
    private static final class Rpc extends HttpStorageRpc {

        Rpc(StorageOptions options) {
            super(options);
        }

        @Override
        public String open(StorageObject object, Map<Option, ?> options) {
            String session = super.open(object, options);
            return session;
        }
    }
}
