package io.redisvault.storage.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Says in the storage's terms what Google's server and client report: each in one line of our own with a few words of the
 * server, since addresses of uploads and tokens are secrets. Failures of the client are no causes of ours, for the same reason.
 */
final class GcsErrors {

    /** Where JSON was expected. */
    static final class WebPageException extends IOException {}

    private static final int MOST_WORDS = 300;
    private static final Pattern SECRETS = Pattern.compile("\\?\\S+|(?i:bearer )\\S+|ya29\\.\\S+|\\S*AIza\\S+"
            + "|(?i:[\\w-]*(?:upload_?id|signature|token|credential|assertion|password))[\"']?\\s*[=:]\\s*\\S+");
    private static final Pattern CLASS_NAMES =
            Pattern.compile("\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error)\\b:? ?");
    private static final Pattern SAID =
            Pattern.compile("\"(?:message|error_description)\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern REASON = Pattern.compile("\"reason\"\\s*:\\s*\"(\\w+)\"");

    private final String server;
    private final String setting;
    private final String timeout;

    /** @param proxy that is between, such as {@code proxy:3128} */
    GcsErrors(GcsOptions options, URI server, Optional<String> proxy) {
        this.server = server.getAuthority()
                + proxy.map(by -> " by way of the proxy " + by).orElse("");
        this.setting = proxy.isPresent()
                ? "check HTTPS_PROXY and NO_PROXY"
                : options.endpoint().isPresent() ? "check GCS_ENDPOINT" : "check the network, or set HTTPS_PROXY";
        this.timeout = options.timeout().toSeconds() + " s (STORAGE_TIMEOUT)";
    }

    /**
     * @param action such as "list"
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
            return noToken(what, credentials.isRetryable(), answer, failure);
        }
        if (answer != null) {
            return answered(what, action, answer);
        }
        if (find(IOException.class, failure) != null || find(IllegalArgumentException.class, failure) != null) {
            return unanswered(what, failure);
        }
        return new StorageException.Other(what + words(failure.getMessage()), failure);
    }

    private static StorageException noToken(
            String what, boolean mayPass, HttpResponseException answer, Exception failure) {
        String why = "no access token: " + (answer == null ? words(failure.getMessage()) : said(answer));
        return mayPass
                ? new StorageException.Unavailable(what + why, null)
                : new StorageException.AccessDenied(
                        what + why + "; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity", null);
    }

    private StorageException answered(String what, String action, HttpResponseException answer) {
        int status = answer.getStatusCode();
        String said = said(answer);
        if (status < 100) {
            return new StorageException.Unavailable(what + "the answer broke off within its status", null);
        }
        if (GcsClient.mayPass(status)) {
            return new StorageException.Unavailable(what + server + " is not ready: " + said, null);
        }
        if (status / 100 == 3) {
            return new StorageException.Other(
                    what + server + " redirects to "
                            + words(String.valueOf(answer.getHeaders().getLocation())) + "; correct GCS_ENDPOINT",
                    null);
        }
        if (isWebPage(answer)) {
            return webPage(what + said + ": ");
        }
        return switch (status) {
            case 404 ->
                new StorageException.NotFound(
                        what
                                + (action.equals("create") || action.equals("list")
                                        ? "there is no such bucket; create it or correct GCS_BUCKET: "
                                        : "it does not exist: ")
                                + said,
                        null);
            case 412 -> new StorageException.AlreadyExists(what + "it exists already: " + said, null);
            case 416 -> new StorageException.Corrupt(what + "it ends before: " + said, null);
            case 401 ->
                new StorageException.AccessDenied(
                        what
                                + "the credentials were refused; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity: "
                                + said,
                        null);
            case 403 -> forbidden(what, said, reason(answer));
            case 407 -> proxyDenied(what);
            default -> new StorageException.Other(what + server + " refused: " + said, null);
        };
    }

    private static StorageException forbidden(String what, String said, String reason) {
        if (reason.endsWith("ateLimitExceeded")) {
            return new StorageException.Unavailable(what + said, null);
        }
        // retentionPolicyNotMet, objectUnderActiveHold and their like
        if (reason.contains("etention") || reason.contains("Hold")) {
            return new StorageException.Locked(what + "the bucket keeps it for now: " + said, null);
        }
        return new StorageException.AccessDenied(
                what + "permission denied; the service account needs storage.objects.create, .get, .list and .delete"
                        + " (role Storage Object User) on the bucket: " + said,
                null);
    }

    private StorageException unanswered(String what, Exception failure) {
        if (find(WebPageException.class, failure) != null) {
            return webPage(what);
        }
        String why = words(root(failure).getMessage());
        if (why.contains("through proxy") && why.contains(" 407")) {
            return proxyDenied(what);
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
            // The client takes half a header for a whole one, and refuses what it says: half a length, a charset
            // "UTF-".
            why = "the connection to " + server + " broke: " + why;
        }
        return new StorageException.Unavailable(what + why, null);
    }

    private static StorageException proxyDenied(String what) {
        return new StorageException.AccessDenied(
                what + "the proxy wants a user and password; put them into HTTPS_PROXY", null);
    }

    private StorageException webPage(String what) {
        return new StorageException.Other(what + server + " answered with a web page; " + setting, null);
    }

    /** The server's own words, of an answer in JSON or plain text, and the status. */
    private static String said(HttpResponseException answer) {
        String body = String.valueOf(answer.getContent());
        Matcher message = SAID.matcher(body);
        String said = message.find() ? message.group(1).replace("\\n", " ").replace("\\\"", "\"") : body;
        boolean readable = answer.getContent() != null && !isWebPage(answer) && !said.startsWith("{");
        return (readable && !said.isBlank() ? words(said) + " " : "") + "(HTTP " + answer.getStatusCode() + ")";
    }

    private static String reason(HttpResponseException answer) {
        Matcher reason = REASON.matcher(String.valueOf(answer.getContent()));
        return reason.find() ? reason.group(1) : "";
    }

    private static boolean isWebPage(HttpResponseException answer) {
        return answer.getContent() != null && answer.getContent().stripLeading().startsWith("<");
    }

    /** Somebody else's words in one line, without what is secret. */
    static String words(String text) {
        if (text == null) {
            return "no reason given";
        }
        String line = SECRETS.matcher(CLASS_NAMES.matcher(text).replaceAll(""))
                .replaceAll("…")
                .replaceAll("\\s+", " ")
                .strip();
        return line.length() > MOST_WORDS ? line.substring(0, MOST_WORDS) + "…" : line;
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
}
