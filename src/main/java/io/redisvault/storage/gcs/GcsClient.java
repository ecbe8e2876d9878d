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
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

    /** Authority to read and write objects, but not to change a bucket. */
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    /** In bytes; several times a page of a thousand long names. */
    private static final int MAX_LENGTH = 8 << 20;

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

    /** Makes a request. Repeats it for {@link #patience} while the server may soon be able to answer. */
    <T> T execute(HttpRequest request, Reader<T> reader) throws IOException {
        ExponentialBackOff backOff = backOff();
        while (true) {
            try {
                return reader.read(requireSuccess(request.execute()));
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

    JsonObject get(GenericUrl url) throws IOException {
        return execute(request("GET", url, null), GcsClient::json);
    }

    /** @param generation of the object; null for any */
    Void delete(String bucket, String key, String generation) throws IOException {
        GenericUrl url = url("", bucket, key);
        url.put("generation", generation);
        return execute(request("DELETE", url, null), answer -> {
            requireNoError(answer, text(answer));
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

    static HttpResponse requireSuccess(HttpResponse answer) throws IOException {
        if (answer.isSuccessStatusCode()) {
            return answer;
        }
        throw refusal(answer.getStatusCode(), answer, text(answer));
    }

    private static HttpResponseException refusal(int status, HttpResponse answer, String text) {
        return new HttpResponseException.Builder(status, null, answer.getHeaders())
                .setContent(text.isEmpty() ? null : text)
                .build();
    }

    /** Reads an answer that must be a JSON object. */
    static JsonObject json(HttpResponse answer) throws IOException {
        String text = text(answer);
        if (text.isEmpty()) {
            // The JDK accepts a broken-off header as complete; the answer then has no body.
            throw new IOException("its answer is empty");
        }
        requireNoError(answer, text);
        return parse(text).orElseThrow(GcsErrors.WebPageException::new);
    }

    /** Fails if the answer is an error with the status of success, or a web page. */
    static void requireNoError(HttpResponse answer, String text) throws IOException {
        if (text.stripLeading().startsWith("<")) {
            throw new GcsErrors.WebPageException();
        }
        Object error = parse(text).map(json -> json.getValue("error")).orElse(null);
        if (error != null) {
            boolean coded = error instanceof JsonObject details && details.getValue("code") instanceof Integer;
            throw refusal(coded ? ((JsonObject) error).getInteger("code") : answer.getStatusCode(), answer, text);
        }
    }

    private static Optional<JsonObject> parse(String text) {
        try {
            return Json.decodeValue(text) instanceof JsonObject json ? Optional.of(json) : Optional.empty();
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** Reads the body of an answer. */
    static String text(HttpResponse answer) throws IOException {
        try (InputStream body = answer.getContent()) {
            byte[] bytes = body == null ? new byte[0] : body.readNBytes(MAX_LENGTH);
            if (bytes.length == MAX_LENGTH) {
                throw new StorageException.Other("the answer of Google Cloud Storage is too long", null);
            }
            return new String(bytes, StandardCharsets.UTF_8).replaceFirst("^\\uFEFF", "");
        } finally {
            answer.disconnect();
        }
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

    ExponentialBackOff backOff() {
        return new ExponentialBackOff.Builder()
                .setInitialIntervalMillis(500)
                .setMultiplier(2)
                .setMaxIntervalMillis(16_000)
                .setMaxElapsedTimeMillis(Math.toIntExact(patience().toMillis()))
                .build();
    }

    /**
     * Waits before another attempt, and logs the wait once it has lasted for some seconds. Throws the failure if it is
     * time to give up.
     */
    void pause(ExponentialBackOff backOff, IOException failure, String reason) throws IOException {
        notice.ofFailure(Duration.ofMillis(backOff.getElapsedTimeMillis()), patience(), reason);
        try {
            if (!BackOffUtils.next(Sleeper.DEFAULT, backOff)) {
                throw failure;
            }
        } catch (InterruptedException e) {
            throw new CancellationException();
        }
    }
}
