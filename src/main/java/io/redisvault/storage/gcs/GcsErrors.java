package io.redisvault.storage.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import io.redisvault.storage.StorageException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Reads answers, and translates failures of server and client into {@link StorageException}s. To keep addresses of
 * uploads and tokens secret, a message is one line of ours with a few words of the server, and its cause is not a failed
 * request.
 */
final class GcsErrors {

    /** The answer is a web page, or something else that is not JSON. */
    static final class WebPageException extends IOException {}

    /** In bytes; several times a page of a thousand long names. */
    private static final int MAX_LENGTH = 8 << 20;

    private static final String CHECK_CREDENTIALS = "check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity";
    private static final String NEEDED_PERMISSIONS =
            "permission denied; the service account needs storage.objects.create, .get, .list and .delete"
                    + " (role Storage Object User) on the bucket";
    private static final String NO_BUCKET = "there is no such bucket; create it or correct GCS_BUCKET";
    private static final String PROXY_USER = "the proxy wants a user and password; put them into HTTPS_PROXY";
    /** Statuses that say enough, also with a web page of a proxy. */
    private static final Set<Integer> SPECIFIC = Set.of(304, 407, 412, 413, 416);

    private static final Pattern SAID =
            Pattern.compile("\"(?:message|error_description)\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern REASON = Pattern.compile("\"reason\"\\s*:\\s*\"(\\w+)\"");

    private final String server;
    private final String setting;
    private final String timeout;

    /** @param proxy between us and the server, for example {@code proxy:3128} */
    GcsErrors(GcsClient.Options options, URI server, Optional<String> proxy) {
        this.server = server.getAuthority()
                + proxy.map(by -> " by way of the proxy " + by).orElse("");
        this.setting = proxy.isPresent()
                ? "check HTTPS_PROXY and NO_PROXY"
                : options.endpoint().isPresent() ? "check GCS_ENDPOINT" : "check the network, or set HTTPS_PROXY";
        this.timeout = options.timeout().toSeconds() + " s (STORAGE_TIMEOUT)";
    }

    /** Returns the server's name and port, and the proxy in front of it. */
    String server() {
        return server;
    }

    /**
     * @param action a verb for the message, for example "list"
     * @param url of the object or bucket
     */
    StorageException translate(String action, String url, Exception failure) {
        if (failure instanceof StorageException translated) {
            return translated;
        }
        String what = "Cannot " + action + " " + url + ": ";
        HttpResponseException answer = find(HttpResponseException.class, failure);
        Retryable credentials = find(Retryable.class, failure);
        if (credentials != null) {
            what += "no access token: "
                    + (answer == null ? StorageException.plain(failure.getMessage()) : said(answer));
            return credentials.isRetryable() ? unavailable(what) : denied(what + "; " + CHECK_CREDENTIALS);
        }
        if (answer != null) {
            return answered(what, action, answer);
        }
        if (find(IOException.class, failure) != null || find(IllegalArgumentException.class, failure) != null) {
            return unanswered(what, failure);
        }
        return new StorageException.Other(what + StorageException.plain(failure.getMessage()), failure);
    }

    private StorageException answered(String what, String action, HttpResponseException answer) {
        int status = answer.getStatusCode();
        String said = said(answer);
        String reason = reason(answer);
        if (status < 100) {
            return unavailable(what + "the answer broke off within its status");
        }
        if (GcsClient.mayPass(status)) {
            return unavailable(what + server + " is not ready: " + said);
        }
        if (status / 100 == 3 && answer.getHeaders().getLocation() != null) {
            String place = StorageException.plain(answer.getHeaders().getLocation());
            return other(what + server + " redirects to " + place + "; correct GCS_ENDPOINT");
        }
        if (isWebPage(answer) && !SPECIFIC.contains(status)) {
            return webPage(what + said + ": ");
        }
        if (status == 403 && reason.endsWith("ateLimitExceeded")) {
            return unavailable(what + said);
        }
        // For example retentionPolicyNotMet or objectUnderActiveHold.
        if (status == 403 && (reason.contains("etention") || reason.contains("Hold"))) {
            return new StorageException.Locked(what + "the bucket keeps it for now: " + said, null);
        }
        boolean bucket = action.equals("create") || action.equals("list");
        return switch (status) {
            case 401 -> denied(what + "the credentials were refused; " + CHECK_CREDENTIALS + ": " + said);
            case 403 -> denied(what + NEEDED_PERMISSIONS + ": " + said);
            case 404 ->
                new StorageException.NotFound(what + (bucket ? NO_BUCKET : "it does not exist") + ": " + said, null);
            case 407 -> denied(what + PROXY_USER);
            case 304, 412 -> new StorageException.AlreadyExists(what + "it exists already: " + said, null);
            case 413 ->
                other(what + server + ", or a proxy before it, takes no requests of this size; allow 8 MiB and more: "
                        + said);
            case 416 -> new StorageException.Corrupt(what + "it ends before: " + said, null);
            default -> other(what + server + " refused: " + said);
        };
    }

    private StorageException unanswered(String what, Exception failure) {
        if (find(WebPageException.class, failure) != null) {
            return webPage(what);
        }
        String why = StorageException.plain(root(failure).getMessage());
        if (why.contains("through proxy") && why.contains(" 407")) {
            return denied(what + PROXY_USER);
        }
        if (find(UnknownHostException.class, failure) != null) {
            why = server + " cannot be resolved; " + setting;
        } else if (find(ConnectException.class, failure) != null) {
            why = "connection to " + server + " refused; " + setting;
        } else if (find(SocketTimeoutException.class, failure) != null) {
            why = server + " did not answer within " + timeout;
        } else if (find(CertPathBuilderException.class, failure) != null) {
            why = "no authority that is known here signed the certificate of " + server
                    + "; put yours into the file that GCS_CA_FILE names";
        } else if (find(CertificateException.class, failure) != null) {
            why = "the certificate of " + server + " is not valid: " + why;
        } else if (find(SSLException.class, failure) != null) {
            why = "no TLS with " + server + ": " + why + "; " + setting;
        } else {
            // Also a broken-off header that the JDK accepts and the client cannot parse: the charset "UTF-".
            why = "the connection to " + server + " broke: " + why;
        }
        return unavailable(what + why);
    }

    private StorageException webPage(String what) {
        return other(what + server + " answered with a web page; " + setting);
    }

    private static StorageException denied(String message) {
        return new StorageException.AccessDenied(message, null);
    }

    private static StorageException unavailable(String message) {
        return new StorageException.Unavailable(message, null);
    }

    private static StorageException other(String message) {
        return new StorageException.Other(message, null);
    }

    /** Returns the server's message, from an answer in JSON or plain text, and the status. */
    private static String said(HttpResponseException answer) {
        String body = String.valueOf(answer.getContent());
        Matcher message = SAID.matcher(body);
        String said = message.find() ? message.group(1).replace("\\n", " ").replace("\\\"", "\"") : body;
        boolean readable = answer.getContent() != null && !isWebPage(answer) && !said.startsWith("{");
        return (readable && !said.isBlank() ? StorageException.plain(said) + " " : "") + "(HTTP "
                + answer.getStatusCode() + ")";
    }

    private static String reason(HttpResponseException answer) {
        Matcher reason = REASON.matcher(String.valueOf(answer.getContent()));
        return reason.find() ? reason.group(1) : "";
    }

    private static boolean isWebPage(HttpResponseException answer) {
        return answer.getContent() != null && answer.getContent().stripLeading().startsWith("<");
    }

    private static <T> T find(Class<T> type, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private static Throwable root(Throwable failure) {
        return failure.getCause() == null ? failure : root(failure.getCause());
    }

    static HttpResponse requireSuccess(HttpResponse answer) throws IOException {
        if (answer.isSuccessStatusCode()) {
            return answer;
        }
        String text = "";
        try {
            text = text(answer);
        } catch (IOException brokenOff) {
            // The status says enough.
        }
        throw refusal(answer.getStatusCode(), answer, text);
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
        return parse(text)
                .orElseThrow(() -> text.startsWith("{")
                        ? new IOException("its answer broke off or is no JSON")
                        : new WebPageException());
    }

    /** Fails if the answer is an error with the status of success, or a web page. */
    static void requireNoError(HttpResponse answer, String text) throws IOException {
        if (text.stripLeading().startsWith("<")) {
            throw new WebPageException();
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
}
