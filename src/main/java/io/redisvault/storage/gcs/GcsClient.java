package io.redisvault.storage.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.http.HttpBackOffIOExceptionHandler;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler;
import com.google.api.client.http.HttpIOExceptionHandler;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.StorageRequest;
import com.google.api.services.storage.StorageScopes;
import com.google.api.services.storage.model.ObjectAccessControl;
import com.google.api.services.storage.model.ObjectCustomContextPayload;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.GoogleCredentials;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.config.HttpProxy;
import io.redisvault.storage.ForeignWords;
import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Google's generated client of the JSON API, created on first use. All of its calls block. */
// Google's client maps parameters and JSON to fields of these by reflection: a native executable must know them.
@RegisterForReflection(
        ignoreNested = false,
        targets = {
            Storage.Objects.Get.class,
            Storage.Objects.List.class,
            Storage.Objects.Delete.class,
            StorageRequest.class,
            Objects.class,
            StorageObject.class,
            ObjectAccessControl.class,
            ObjectCustomContextPayload.class,
            GoogleJsonError.class,
            GenericJson.class
        })
public final class GcsClient {

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    /** Finds Google credentials; their own requests use the given transport. */
    interface CredentialsSource {
        GoogleCredentials find(HttpTransportFactory transport) throws IOException;
    }

    private final GcsOptions options;
    private final CredentialsSource source;
    private final Map<String, String> environment;
    private final GcsErrors errors;
    private final Notice notice;

    private HttpTransport transport;
    private Storage storage;

    public GcsClient(GcsOptions options) {
        this(options, GoogleCredentials::getApplicationDefault, System.getenv());
    }

    /** @param environment the variables that name proxies */
    GcsClient(GcsOptions options, CredentialsSource source, Map<String, String> environment) {
        this.options = options;
        this.source = source;
        this.environment = environment;
        URI server = options.endpoint().orElse(URI.create(Storage.DEFAULT_ROOT_URL));
        this.errors =
                new GcsErrors(options, server, HttpProxy.of(server, environment).map(HttpProxy::toString));
        this.notice = new Notice("Google Cloud Storage at " + errors.server());
    }

    synchronized Storage storage() {
        if (storage == null) {
            transport = new GcsTransport(environment).create(options.caFile());
            Storage.Builder builder =
                    new Storage.Builder(transport, GsonFactory.getDefaultInstance(), initializer(credentials()));
            options.endpoint().map(URI::toString).ifPresent(builder::setRootUrl);
            storage = builder.setApplicationName("redis-vault").build();
        }
        return storage;
    }

    /** True if a retry may succeed: the server is busy, or its answer broke off within the status line. */
    static boolean mayPass(int status) {
        return status < 100 || PASSING.contains(status);
    }

    GcsErrors errors() {
        return errors;
    }

    /** Makes requests of an upload session, which are tried once. The session's address is its credential. */
    HttpRequestFactory session() {
        return transport.createRequestFactory(request -> {
            prepare(request);
            request.setNumberOfRetries(0)
                    .setThrowExceptionOnExecuteError(false)
                    .setParser(storage().getObjectParser());
        });
    }

    Notice notice() {
        return notice;
    }

    /** Logs the wait for the server once it has lasted for some seconds. */
    void notice(ExponentialBackOff waiting, String reason) {
        notice.ofFailure(Duration.ofMillis(waiting.getElapsedTimeMillis()), patience(), reason);
    }

    /** How long a failed request is retried. */
    Duration patience() {
        return options.timeout().multipliedBy(2);
    }

    ExponentialBackOff backOff() {
        return new ExponentialBackOff.Builder()
                .setInitialIntervalMillis(500)
                .setMultiplier(2)
                .setMaxIntervalMillis(16_000)
                .setMaxElapsedTimeMillis(Math.toIntExact(patience().toMillis()))
                .build();
    }

    private HttpRequestInitializer initializer(Optional<HttpCredentialsAdapter> credentials) {
        return request -> {
            prepare(request);
            ExponentialBackOff backOff = backOff();
            HttpIOExceptionHandler broken = new HttpBackOffIOExceptionHandler(backOff);
            HttpUnsuccessfulResponseHandler busy = new HttpBackOffUnsuccessfulResponseHandler(backOff)
                    .setBackOffRequired(response -> mayPass(response.getStatusCode()));
            if (credentials.isPresent()) {
                credentials.get().initialize(request);
            }
            request.setNumberOfRetries(Integer.MAX_VALUE)
                    .setIOExceptionHandler((failed, retry) -> {
                        notice(backOff, "it cannot be reached, or does not answer");
                        return broken.handleIOException(failed, retry);
                    })
                    .setUnsuccessfulResponseHandler((failed, response, retry) -> {
                        if (mayPass(response.getStatusCode())) {
                            notice(backOff, "it answers HTTP " + response.getStatusCode());
                        }
                        return credentials.isPresent() && credentials.get().handleResponse(failed, response, retry)
                                || busy.handleResponse(failed, response, retry);
                    });
        };
    }

    private void prepare(HttpRequest request) {
        request.setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setReadTimeout(Math.toIntExact(options.timeout().toMillis()))
                .setFollowRedirects(false)
                .setResponseInterceptor(GcsClient::inspect)
                // It would log the secret addresses of upload sessions.
                .setLoggingEnabled(false)
                .setCurlLoggingEnabled(false);
    }

    private static void inspect(HttpResponse response) throws IOException {
        String method = response.getRequest().getRequestMethod();
        if (!response.isSuccessStatusCode()) {
            return;
        }
        // The JDK accepts a broken-off header as complete; the answer then has no body.
        if (response.getContent() == null && (method.equals("GET") || method.equals("PUT"))) {
            throw new IOException("the answer broke off within its header");
        }
        Long length = response.getHeaders().getContentLength();
        boolean hasBody = length == null
                ? response.getHeaders().getFirstHeaderStringValue("transfer-encoding") != null
                : length > 0;
        // Some servers send this type with every answer, so answers with JSON are checked when they are parsed.
        boolean checkedLater = method.equals("GET")
                || method.equals("PUT")
                || response.getHeaders().getLocation() != null;
        if (hasBody
                && !checkedLater
                && String.valueOf(response.getContentType()).startsWith("text/html")) {
            response.disconnect();
            throw new GcsErrors.WebPageException();
        }
    }

    private Optional<HttpCredentialsAdapter> credentials() {
        if (options.anonymous()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new HttpCredentialsAdapter(
                    source.find(() -> transport).createScoped(StorageScopes.DEVSTORAGE_READ_WRITE)));
        } catch (IOException e) {
            throw new StorageException.AccessDenied(
                    "No Google credentials found; use Workload Identity, set GOOGLE_APPLICATION_CREDENTIALS to the path"
                            + " of a key file, or GCS_CREDENTIALS=none for an emulator: "
                            + ForeignWords.plain(e.getMessage()),
                    null);
        }
    }
}
