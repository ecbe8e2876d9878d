package io.redisvault.storage.gcs;

import com.google.api.client.http.HttpBackOffIOExceptionHandler;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.util.BackOff;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.StorageScopes;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Google's generated client of the JSON API, made when it is first used. All of its calls block. */
public final class GcsClient {

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    /** Worth another try after a while. */
    static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    private final Optional<URI> endpoint;
    private final Duration timeout;
    private final HttpTransport transport = new NetHttpTransport();

    private Storage storage;

    /**
     * @param endpoint of an emulator, which is spoken to without credentials
     * @param timeout for an answer; a request that fails is tried again for twice as long
     */
    public GcsClient(Optional<URI> endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    synchronized Storage storage() {
        if (storage == null) {
            Storage.Builder builder = new Storage.Builder(transport, GsonFactory.getDefaultInstance(), initializer());
            endpoint.map(URI::toString).map(GcsClient::withSlash).ifPresent(builder::setRootUrl);
            storage = builder.setApplicationName("redis-vault").build();
        }
        return storage;
    }

    /** Requests of an upload's session, whose address is its own credential; each is tried once. */
    HttpRequestFactory session() {
        return transport.createRequestFactory(request -> {
            limit(request);
            request.setNumberOfRetries(0)
                    .setThrowExceptionOnExecuteError(false)
                    .setParser(storage().getObjectParser());
        });
    }

    BackOff backOff() {
        return new ExponentialBackOff.Builder()
                .setInitialIntervalMillis(500)
                .setMultiplier(2)
                .setMaxIntervalMillis(16_000)
                .setMaxElapsedTimeMillis(Math.toIntExact(2 * timeout.toMillis()))
                .build();
    }

    private HttpRequestInitializer initializer() {
        Optional<HttpCredentialsAdapter> credentials = credentials();
        return request -> {
            limit(request);
            if (credentials.isPresent()) {
                credentials.get().initialize(request);
            }
            BackOff backOff = backOff();
            HttpUnsuccessfulResponseHandler busy = new HttpBackOffUnsuccessfulResponseHandler(backOff)
                    .setBackOffRequired(response -> PASSING.contains(response.getStatusCode()));
            request.setNumberOfRetries(Integer.MAX_VALUE)
                    .setIOExceptionHandler(new HttpBackOffIOExceptionHandler(backOff))
                    .setUnsuccessfulResponseHandler((failed, response, retry) ->
                            credentials.isPresent() && credentials.get().handleResponse(failed, response, retry)
                                    || busy.handleResponse(failed, response, retry));
        };
    }

    private void limit(HttpRequest request) {
        request.setConnectTimeout(CONNECT_TIMEOUT_MILLIS).setReadTimeout(Math.toIntExact(timeout.toMillis()));
    }

    private Optional<HttpCredentialsAdapter> credentials() {
        if (endpoint.isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new HttpCredentialsAdapter(GoogleCredentials.getApplicationDefault(() -> transport)
                    .createScoped(StorageScopes.DEVSTORAGE_READ_WRITE)));
        } catch (IOException e) {
            throw new StorageException.AccessDenied(
                    "No Google credentials found; use Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS to the"
                            + " path of a key file: " + e.getMessage(),
                    e);
        }
    }

    private static String withSlash(String url) {
        return url.endsWith("/") ? url : url + "/";
    }
}
