package io.redisvault.storage.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.util.BackOffUtils;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.client.util.Sleeper;
import com.google.api.client.util.escape.CharEscapers;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.GoogleCredentials;
import io.redisvault.config.HttpProxy;
import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/** Makes requests to the JSON API of Google Cloud Storage. Finds the credentials on first use. All calls block. */
public final class GcsClient {

    /**
     * How to reach the server.
     *
     * @param endpoint of a server other than Google's public one
     * @param anonymous whether to send no credentials, for example to an emulator
     * @param caFile PEM file of authorities to trust besides the system's
     * @param timeout for an answer; a failed request is retried for twice as long
     */
    public record Options(Optional<URI> endpoint, boolean anonymous, Optional<Path> caFile, Duration timeout) {}

    /** Finds Google credentials; their own requests use the given transport. */
    interface CredentialsSource {
        GoogleCredentials find(HttpTransportFactory transport) throws IOException;
    }

    /** Reads an answer with the status of success. */
    interface Reader<T> {
        T read(HttpResponse answer) throws IOException;
    }

    interface Call<T> {
        T run() throws IOException;
    }

    /** Authority to read and write objects, but not to change a bucket. */
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final Options options;
    private final URI server;
    private final CredentialsSource source;
    private final Map<String, String> environment;
    private final GcsErrors errors;
    private final Notice notice;

    private HttpTransport transport;
    private HttpRequestFactory requests;

    public GcsClient(Options options) {
        this(options, GoogleCredentials::getApplicationDefault, System.getenv());
    }

    /** @param environment the variables that name proxies */
    GcsClient(Options options, CredentialsSource source, Map<String, String> environment) {
        this.options = options;
        this.source = source;
        this.environment = environment;
        this.server = options.endpoint().orElse(URI.create("https://storage.googleapis.com"));
        this.errors =
                new GcsErrors(options, server, HttpProxy.of(server, environment).map(HttpProxy::toString));
        this.notice = new Notice("Google Cloud Storage at " + errors.server());
    }

    /**
     * Returns the address of a bucket's objects, or of one.
     *
     * @param service empty, {@code upload/} or {@code download/}
     * @param key null for all objects
     */
    GenericUrl url(String service, String bucket, String key) {
        return new GenericUrl(server.toString().replaceFirst("/+$", "") + "/" + service + "storage/v1/b/"
                + CharEscapers.escapeUriPath(bucket) + "/o"
                + (key == null ? "" : "/" + CharEscapers.escapeUriPath(key)));
    }

    /** Prepares a request with credentials. */
    HttpRequest request(String method, GenericUrl url, HttpContent content) throws IOException {
        return requests().buildRequest(method, url, content);
    }

    /** Makes a request and reads its answer, with {@link #retry}. */
    <T> T execute(HttpRequest request, Reader<T> reader) throws IOException {
        return retry(() -> reader.read(GcsErrors.requireSuccess(request.execute())));
    }

    /** Makes a call. Repeats it for {@link #patience} while the server may soon be able to answer. */
    <T> T retry(Call<T> call) throws IOException {
        ExponentialBackOff backOff = new ExponentialBackOff.Builder()
                .setInitialIntervalMillis(500)
                .setMultiplier(2)
                .setMaxIntervalMillis(16_000)
                .setMaxElapsedTimeMillis(Math.toIntExact(patience().toMillis()))
                .build();
        while (true) {
            try {
                return call.run();
            } catch (HttpResponseException refusal) {
                if (!mayPass(refusal.getStatusCode())) {
                    throw refusal;
                }
                pause(backOff, refusal, "it answers HTTP " + refusal.getStatusCode());
            } catch (GcsErrors.WebPageException useless) {
                throw useless;
            } catch (IOException | IllegalArgumentException halfAnAnswer) {
                pause(backOff, new IOException(halfAnAnswer), "it cannot be reached, or does not answer");
            }
        }
    }

    /**
     * Waits before another attempt, and logs the wait once it has lasted for some seconds. Throws the failure if it is
     * time to give up.
     */
    private void pause(ExponentialBackOff backOff, IOException failure, String reason) throws IOException {
        notice.ofFailure(Duration.ofMillis(backOff.getElapsedTimeMillis()), patience(), reason);
        try {
            if (!BackOffUtils.next(Sleeper.DEFAULT, backOff)) {
                throw failure;
            }
        } catch (InterruptedException e) {
            throw new CancellationException();
        }
    }

    JsonObject get(GenericUrl url) throws IOException {
        return execute(request("GET", url, null), GcsErrors::json);
    }

    /** @param generation of the object; null for any */
    Void delete(String bucket, String key, String generation) throws IOException {
        GenericUrl url = url("", bucket, key);
        url.put("generation", generation);
        return execute(request("DELETE", url, null), answer -> {
            GcsErrors.requireNoError(answer, GcsErrors.text(answer));
            return null;
        });
    }

    private synchronized HttpRequestFactory requests() {
        if (requests == null) {
            transport = new GcsTransport(environment).create(options.caFile());
            Optional<HttpCredentialsAdapter> credentials = credentials();
            requests = transport.createRequestFactory(request -> {
                prepare(request);
                if (credentials.isPresent()) {
                    credentials.get().initialize(request);
                }
            });
        }
        return requests;
    }

    /** Makes requests of an upload session, which are tried once. The session's address is its credential. */
    HttpRequestFactory session() {
        return transport.createRequestFactory(this::prepare);
    }

    private void prepare(HttpRequest request) {
        request.setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setReadTimeout(Math.toIntExact(options.timeout().toMillis()))
                .setFollowRedirects(false)
                .setThrowExceptionOnExecuteError(false)
                // It would log the secret addresses of upload sessions.
                .setLoggingEnabled(false)
                .setCurlLoggingEnabled(false)
                .getHeaders()
                .setUserAgent("redis-vault");
    }

    private Optional<HttpCredentialsAdapter> credentials() {
        if (options.anonymous()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new HttpCredentialsAdapter(source.find(() -> transport).createScoped(List.of(SCOPE))));
        } catch (IOException e) {
            throw new StorageException.AccessDenied(
                    "No Google credentials found; use Workload Identity, set GOOGLE_APPLICATION_CREDENTIALS to the path"
                            + " of a key file, or GCS_CREDENTIALS=none for an emulator: "
                            + StorageException.plain(e.getMessage()),
                    null);
        }
    }

    /** True if a retry may succeed: the server is busy, or its answer broke off within the status line. */
    static boolean mayPass(int status) {
        return status < 100 || PASSING.contains(status);
    }

    /** True if an address is below that of the server, and not of another one. */
    boolean isServer(URI place) {
        return String.valueOf(server.getAuthority()).equalsIgnoreCase(place.getAuthority());
    }

    GcsErrors errors() {
        return errors;
    }

    Notice notice() {
        return notice;
    }

    /** How long a failed request is retried. */
    Duration patience() {
        return options.timeout().multipliedBy(2);
    }
}
