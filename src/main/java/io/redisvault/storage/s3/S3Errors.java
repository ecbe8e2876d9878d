package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.redisvault.storage.StorageException.AccessDenied;
import io.redisvault.storage.StorageException.AlreadyExists;
import io.redisvault.storage.StorageException.Corrupt;
import io.redisvault.storage.StorageException.Locked;
import io.redisvault.storage.StorageException.NotFound;
import io.redisvault.storage.StorageException.Other;
import io.redisvault.storage.StorageException.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.DateTimeException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Translates failed requests into {@link StorageException}s that name the cause and the remedy. */
final class S3Errors {

    private record Meaning(BiFunction<String, Throwable, StorageException> kind, String sentence) {}

    private static final Pattern EXPECTED_REGION = Pattern.compile("expecting '([\\w-]+)'");
    private static final Pattern AMAZONS_REGION = Pattern.compile("\\bs3[.-]([a-z]+-[a-z-]+-\\d)\\.amazonaws\\.com");
    /** Statuses that say enough, also with a web page of a proxy. */
    private static final Set<Integer> SPECIFIC = Set.of(408, 412, 413, 416, 425, 429);

    private static final Pattern LOCK = Pattern.compile("(?i)object lock|worm protected");
    private static final Pattern UNRESOLVED =
            Pattern.compile("(?i)name or service|name resolution|nodename|not resolve");

    private final String bucket;
    private final String place;
    private final Pattern beforeBucket;

    S3Errors(String bucket, Optional<URI> endpoint) {
        this.bucket = "bucket '" + bucket + "'";
        this.beforeBucket = Pattern.compile("^(\\w+://.+)/" + Pattern.quote(bucket) + "(/|$)");
        this.place = endpoint.map(uri -> " at " + uri.getScheme() + "://" + uri.getAuthority())
                .orElse("");
    }

    /** Returns the server's name for messages, for example {@code S3 at https://s3.example.org}. */
    String server() {
        return "S3" + place;
    }

    /** @param permission the IAM action that the request needed */
    StorageException translate(String permission, Throwable thrown) {
        if (thrown instanceof StorageException known) {
            return known;
        }
        S3Failure failure = S3Failure.of(thrown);
        if (failure.cause() instanceof StorageException known) {
            return known;
        }
        if (failure.status() == 0) {
            Meaning meaning = ofSilence(failure);
            return meaning.kind.apply(meaning.sentence, failure.cause());
        }
        Meaning meaning = ofCode(failure, permission);
        String code = failure.code().isEmpty() ? "" : " " + failure.code();
        return meaning.kind.apply("S3 answered " + failure.status() + code + meaning.sentence, failure.cause());
    }

    private Meaning ofCode(S3Failure refusal, String permission) {
        return switch (refusal.code()) {
            case "NoSuchBucket" ->
                is(NotFound::new, ": there is no " + bucket + "; create it, or correct S3_BUCKET or STORAGE_URL");
            case "PreconditionFailed" -> is(AlreadyExists::new, ": the key is taken");
            case "ConditionalRequestConflict", "OperationAborted" ->
                is(Unavailable::new, ": another request for this key is not over");
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                elsewhere(refusal);
            case "RequestTimeTooSkewed" -> is(AccessDenied::new, ": this machine's clock is wrong; set it by NTP");
            case "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "ExpiredToken",
                    "InvalidToken",
                    "TokenRefreshRequired" ->
                is(
                        AccessDenied::new,
                        ": the credentials are wrong or expired; check AWS_ACCESS_KEY_ID,"
                                + " AWS_SECRET_ACCESS_KEY or the pod's role");
            case "BadDigest", "XAmzContentChecksumMismatch" -> is(Corrupt::new, ": what arrived is not what was sent");
            case "InvalidObjectState" ->
                is(Other::new, ": the object is archived; restore it in S3 to a class that can be read");
            case "SlowDown", "RequestTimeout" -> is(Unavailable::new, refusal.words());
            case "" -> ofAnswerWithoutCode(refusal, permission);
            default -> ofStatus(refusal, permission);
        };
    }

    private Meaning ofAnswerWithoutCode(S3Failure refusal, String permission) {
        int status = refusal.status();
        if (refusal.isPage() && status < 500 && status / 100 != 3 && !SPECIFIC.contains(status)) {
            return is(Other::new, " with a web page: this is no S3 server; correct S3_ENDPOINT" + refusal.words());
        }
        if (status == 400 || status == 403) {
            return is(
                    AccessDenied::new,
                    " and no reason: the credentials are wrong or expired (AWS_ACCESS_KEY_ID,"
                            + " AWS_SECRET_ACCESS_KEY or the pod's role), or lack "
                            + (permission.equals("s3:ListBucket") ? "" : permission + " or ") + "s3:ListBucket on "
                            + bucket);
        }
        return ofStatus(refusal, permission);
    }

    private Meaning ofStatus(S3Failure refusal, String permission) {
        int status = refusal.status();
        String words = refusal.words();
        // Amazon says this only in the message, other servers by a code.
        if (refusal.code().equals("ObjectLocked") || LOCK.matcher(words).find()) {
            return is(Locked::new, ": the object is kept by a lock");
        }
        if (status == 507 || refusal.code().contains("Quota")) {
            return is(Other::new, ": there is no room left in " + bucket + "; free some, or raise its quota" + words);
        }
        return switch (status) {
            case 404 ->
                is(
                        NotFound::new,
                        permission.startsWith("s3:ListBucket")
                                ? ": there is no " + bucket + ", or no S3 server; correct S3_BUCKET, STORAGE_URL or"
                                        + " S3_ENDPOINT"
                                : "");
            case 304, 412 -> is(AlreadyExists::new, ": the key is taken");
            case 416 -> is(Corrupt::new, ": the object ends before");
            case 413 ->
                is(
                        Other::new,
                        ": the server, or a proxy before it, takes no requests of this size; allow 8 MiB and more"
                                + words);
            case 401, 403 -> is(AccessDenied::new, ": the credentials lack " + permission + " on " + bucket + words);
            case 408, 425, 429 -> is(Unavailable::new, words);
            case 501 -> is(Other::new, words);
            default -> status / 100 == 3 ? elsewhere(refusal) : is(status < 500 ? Other::new : Unavailable::new, words);
        };
    }

    private Meaning elsewhere(S3Failure refusal) {
        // The query may contain a signature.
        Optional<String> location = refusal.header("Location")
                .map(place -> place.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//"));
        Optional<String> region = refusal.header("x-amz-bucket-region")
                .or(() -> first(EXPECTED_REGION, refusal.words()))
                .or(() -> location.flatMap(place -> first(AMAZONS_REGION, place)));
        if (region.isPresent()) {
            return is(AccessDenied::new, ": " + bucket + " is in region " + region.get() + "; correct AWS_REGION");
        }
        if (location.isPresent()) {
            return is(
                    Other::new,
                    ": the endpoint sends us on to " + location.get() + "; set S3_ENDPOINT to the server's own address"
                            + first(beforeBucket, location.get())
                                    .map(server -> ", " + server)
                                    .orElse(""));
        }
        return is(
                AccessDenied::new,
                ": " + bucket + " is elsewhere; correct AWS_REGION" + (place.isEmpty() ? "" : " or S3_ENDPOINT")
                        + refusal.words());
    }

    private static Optional<String> first(Pattern wanted, String text) {
        Matcher found = wanted.matcher(text);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    private Meaning ofSilence(S3Failure failure) {
        Throwable cause = failure.cause();
        if (cause instanceof SdkClientException
                && String.valueOf(cause.getMessage()).contains("credentials")) {
            return is(
                    AccessDenied::new,
                    "no AWS credentials: give the pod a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
        String what = "what answers" + place;
        if (failure.has(S3Connection.NotHttp.class)) {
            return is(Other::new, what + " does not speak HTTP; if it speaks TLS, use https:// in S3_ENDPOINT");
        }
        if (failure.has(XMLStreamException.class)) {
            return is(Other::new, what + " is no S3 server: its answer is not XML; correct S3_ENDPOINT");
        }
        if (failure.has(DateTimeException.class) || failure.has(NumberFormatException.class)) {
            return is(Other::new, what + " sent an answer that cannot be read: " + failure.reason());
        }
        // If a body breaks off, the client throws the connection's exception without wrapping it.
        return cause instanceof SdkClientException || cause instanceof IOException
                ? is(Unavailable::new, outage(failure, failure.reason()))
                : is(Other::new, "S3 request failed: " + failure.reason());
    }

    private String outage(S3Failure failure, String reason) {
        if (failure.has(CertificateExpiredException.class)) {
            return "S3's certificate" + place + " has expired: " + reason + "; renew it, or set the clock";
        }
        if (failure.has(CertPathBuilderException.class)) {
            return "S3's certificate is not trusted: " + reason
                    + "; name its authority by S3_CA_FILE if the server is yours";
        }
        if (failure.has(CertificateException.class)) {
            return "S3's certificate" + place + " is not for this name: " + reason
                    + "; correct S3_ENDPOINT or the certificate";
        }
        if (failure.has(UnknownHostException.class)
                || UNRESOLVED.matcher(reason).find()) {
            return "S3's host cannot be resolved: " + reason + "; correct S3_ENDPOINT or the DNS";
        }
        if (reason.startsWith("Connection refused")) {
            return "S3 did not answer" + place + ": " + reason + "; is it running, is S3_ENDPOINT right?";
        }
        if (reason.startsWith("not an SSL/TLS record")) {
            return "S3" + place + " does not speak TLS; use http:// in S3_ENDPOINT";
        }
        if (failure.has(SSLException.class)) {
            return "no TLS with S3" + place + ": " + reason;
        }
        boolean mayBePlain = failure.has(ClosedChannelException.class) && place.contains("https:");
        // For example "its answer has no ETag".
        return (reason.contains("answer") ? "S3 did not answer as it should" : "S3 did not answer")
                + place
                + (mayBePlain ? ", or does not speak TLS (then use http:// in S3_ENDPOINT): " : ": ")
                + reason;
    }

    private static Meaning is(BiFunction<String, Throwable, StorageException> kind, String sentence) {
        return new Meaning(kind, sentence);
    }
}
