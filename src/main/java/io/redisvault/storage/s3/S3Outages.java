package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.redisvault.storage.StorageException.AccessDenied;
import io.redisvault.storage.StorageException.Other;
import io.redisvault.storage.StorageException.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Says why there was no answer that could be understood, and what mends it. */
final class S3Outages {

    /** Longer ones are advice of the client's for programmers. */
    private static final int LONGEST = 300;

    private static final Pattern UNRESOLVED =
            Pattern.compile("(?i)name or service|name resolution|nodename|not resolve");
    private static final Pattern QUERIES = Pattern.compile("(https?://[^\\s?]+)\\?\\S+");
    private static final Pattern SECRETS = Pattern.compile(
            "(?i)((?:x-amz-)?(?:signature|credential|security-token|accesskeyid)|upload_?id|token|password)(\\s*[=:]\\s*)[^\\s&,;]+");
    private static final Pattern CLIENTS = Pattern.compile(
            "Request attempt \\d+ failure: |Unable to execute HTTP request: | ?\\((SDK Attempt|Service: )[^)]*\\)");
    private static final Pattern CLASSES = Pattern.compile("\\b(?:[a-z][\\w]*\\.){2,}[A-Z][\\w$]*:?\\s*");

    private final Optional<URI> endpoint;

    S3Outages(Optional<URI> endpoint) {
        this.endpoint = endpoint;
    }

    StorageException translate(Throwable failure) {
        String where = endpoint.map(uri -> " at " + uri.getScheme() + "://" + uri.getAuthority())
                .orElse("");
        if (failure instanceof SdkClientException
                && String.valueOf(failure.getMessage()).contains("credentials")) {
            return new AccessDenied(
                    "no AWS credentials: give the pod a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    failure);
        }
        if (has(failure, CertificateExpiredException.class)) {
            return new Unavailable(
                    "S3's certificate" + where + " has expired: " + deepest(failure) + "; renew it, or set the clock",
                    failure);
        }
        if (has(failure, CertPathBuilderException.class)) {
            return new Unavailable(
                    "S3's certificate is not trusted: " + deepest(failure)
                            + "; name its authority by S3_CA_FILE if the server is yours",
                    failure);
        }
        if (has(failure, CertificateException.class)) {
            return new Unavailable(
                    "S3's certificate" + where + " is not for this name: " + deepest(failure)
                            + "; correct S3_ENDPOINT or the certificate",
                    failure);
        }
        if (has(failure, UnknownHostException.class)
                || UNRESOLVED.matcher(deepest(failure)).find()) {
            return new Unavailable(
                    "S3's host cannot be resolved: " + deepest(failure) + "; correct S3_ENDPOINT or the DNS", failure);
        }
        Optional<String> refused = refused(failure);
        if (refused.isPresent()) {
            return new Unavailable(
                    "S3 did not answer" + where + ": " + refused.get() + "; is it running, is S3_ENDPOINT right?",
                    failure);
        }
        if (has(failure, SSLException.class)) {
            return new Unavailable(
                    deepest(failure).startsWith("not an SSL/TLS record")
                            ? "S3" + where + " does not speak TLS; use http:// in S3_ENDPOINT"
                            : "no TLS with S3" + where + ": " + deepest(failure),
                    failure);
        }
        if (has(failure, S3InterimAnswers.NotHttp.class)) {
            return new Other(
                    "what answers" + where + " does not speak HTTP; if it speaks TLS, use https:// in S3_ENDPOINT",
                    failure);
        }
        if (has(failure, XMLStreamException.class)) {
            return new Other(
                    "what answers" + where + " is no S3 server: its answer is not XML; correct S3_ENDPOINT", failure);
        }
        if (has(failure, ClosedChannelException.class) && where.contains("https:")) {
            where += ", or does not speak TLS (then use http:// in S3_ENDPOINT)";
        }
        // A body that breaks off fails with what its connection did, in no wrapping.
        if (failure instanceof SdkClientException || failure instanceof IOException) {
            return new Unavailable("S3 did not answer" + where + ": " + deepest(failure), failure);
        }
        return new Other("S3 request failed: " + deepest(failure), failure);
    }

    /** True if the server is gone or overwhelmed, and may be back soon; who is silent was waited for already. */
    static boolean mayEndSoon(Throwable failure) {
        return refused(failure).isPresent()
                || has(failure, ClosedChannelException.class)
                || has(failure, TimeoutException.class)
                || String.valueOf(failure.getMessage()).contains("Connection reset");
    }

    /** With the address. */
    private static Optional<String> refused(Throwable failure) {
        return Optional.of(deepest(failure)).filter(text -> text.startsWith("Connection refused"));
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
        return chain(failure).anyMatch(kind::isInstance);
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(20);
    }

    private static String deepest(Throwable failure) {
        Throwable cause = chain(failure).reduce((outer, inner) -> inner).orElse(failure);
        if (cause instanceof TimeoutException) {
            // After a failure the client's pool may not come to an end; what failed is said by the attempts before.
            return Stream.of(failure.getSuppressed())
                    .map(attempt -> plain(attempt.getMessage()))
                    .filter(text -> !text.startsWith("Acquire operation"))
                    .findFirst()
                    .orElse("there was no connection in time; does a firewall or a proxy hold it back?");
        }
        if (cause instanceof ClosedChannelException) {
            return "the connection was closed";
        }
        return cause.getMessage() == null ? "the connection broke" : plain(cause.getMessage());
    }

    /** Somebody else's words on one line, without names of classes, and without what gives access. */
    static String plain(String words) {
        String safe = CLIENTS.matcher(CLASSES.matcher(words).replaceAll("")).replaceAll("");
        safe = QUERIES.matcher(safe).replaceAll("$1?...");
        safe = SECRETS.matcher(safe).replaceAll("$1$2...");
        safe = safe.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return safe.length() <= LONGEST ? safe : safe.substring(0, LONGEST) + "...";
    }
}
