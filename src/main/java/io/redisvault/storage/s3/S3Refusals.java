package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.redisvault.storage.StorageException.AccessDenied;
import io.redisvault.storage.StorageException.AlreadyExists;
import io.redisvault.storage.StorageException.Corrupt;
import io.redisvault.storage.StorageException.Locked;
import io.redisvault.storage.StorageException.NotFound;
import io.redisvault.storage.StorageException.Other;
import io.redisvault.storage.StorageException.Unavailable;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Says what an error that S3 answered means for a backup, and what mends it. */
final class S3Refusals {

    private static final Set<String> CREDENTIALS = Set.of(
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired");
    private static final Set<String> OTHER_REGION =
            Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException");
    private static final Set<String> OTHER_DATA = Set.of("BadDigest", "XAmzContentChecksumMismatch");
    private static final Set<String> CONFLICT = Set.of("ConditionalRequestConflict", "OperationAborted");
    private static final Pattern CODE = Pattern.compile("[\\w.-]{1,80}");
    private static final Pattern EXPECTED_REGION = Pattern.compile("expecting '([\\w-]+)'");

    private final String bucket;

    S3Refusals(String bucket) {
        this.bucket = bucket;
    }

    StorageException translate(String permission, AwsServiceException refusal) {
        String code = code(refusal);
        int status = refusal.statusCode();
        String said = "S3 answered " + status + (code.isEmpty() ? "" : " " + code);
        String words = words(refusal);
        if (code.equals("NoSuchBucket")) {
            return new NotFound(
                    said + ": there is no bucket '" + bucket + "'; create it, or correct S3_BUCKET or STORAGE_URL",
                    refusal);
        }
        if (isWebPage(refusal)) {
            return new Other(said + " with a web page: this is no S3 server; correct S3_ENDPOINT" + words, refusal);
        }
        if (status == 404) {
            return new NotFound(said, refusal);
        }
        if (status == 412 || code.equals("PreconditionFailed")) {
            return new AlreadyExists(said + ": the key is taken", refusal);
        }
        if (CONFLICT.contains(code)) {
            return new Unavailable(said + ": another request for this key is not over", refusal);
        }
        if (status / 100 == 3 || OTHER_REGION.contains(code)) {
            return elsewhere(said, words, refusal);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return new AccessDenied(said + ": this machine's clock is wrong; set it by NTP", refusal);
        }
        if (CREDENTIALS.contains(code)) {
            return new AccessDenied(
                    said + ": the credentials are wrong or expired; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
                            + " or the pod's role",
                    refusal);
        }
        if (OTHER_DATA.contains(code)) {
            return new Corrupt(said + ": what arrived is not what was sent", refusal);
        }
        if (isLocked(code, refusal)) {
            return new Locked(said + ": the object is kept by a lock", refusal);
        }
        // An answer to HEAD has no body to say more.
        if (code.isEmpty() && (status == 400 || status == 403)) {
            return new AccessDenied(
                    said + " and no reason: the credentials are wrong or expired (AWS_ACCESS_KEY_ID,"
                            + " AWS_SECRET_ACCESS_KEY or the pod's role), or lack " + permission
                            + " or s3:ListBucket on bucket '" + bucket + "'",
                    refusal);
        }
        if (code.equals("InvalidObjectState")) {
            return new Other(said + ": the object is archived; restore it in S3 to a class that can be read", refusal);
        }
        if (status == 507 || code.contains("Quota")) {
            return new Other(
                    said + ": there is no room left in bucket '" + bucket + "'; free some, or raise its quota" + words,
                    refusal);
        }
        if (status == 413) {
            return new Other(
                    said + ": the server, or a proxy before it, takes no requests of this size; allow 8 MiB and more"
                            + words,
                    refusal);
        }
        if (status == 401 || status == 403) {
            return new AccessDenied(
                    said + ": the credentials lack " + permission + " on bucket '" + bucket + "'" + words, refusal);
        }
        if (status >= 500 && status != 501
                || status == 429
                || code.equals("SlowDown")
                || code.equals("RequestTimeout")) {
            return new Unavailable(said + words, refusal);
        }
        return new Other(said + words, refusal);
    }

    private StorageException elsewhere(String said, String words, AwsServiceException refusal) {
        Matcher expected = EXPECTED_REGION.matcher(words);
        Optional<String> region = header(refusal, "x-amz-bucket-region")
                .or(() -> expected.find() ? Optional.of(expected.group(1)) : Optional.empty());
        Optional<String> location = header(refusal, "Location").map(S3Refusals::withoutPath);
        if (region.isEmpty() && location.isPresent() && !OTHER_REGION.contains(code(refusal))) {
            return new Other(
                    said + ": the endpoint sends us on to " + location.get() + "; correct S3_ENDPOINT", refusal);
        }
        return new AccessDenied(
                said + ": bucket '" + bucket + "' is in "
                        + region.map(name -> "region " + name).orElse("another region") + "; correct AWS_REGION"
                        + (region.isPresent() ? "" : words),
                refusal);
    }

    private static String withoutPath(String location) {
        try {
            URI uri = URI.create(location);
            return uri.getScheme() + "://" + uri.getAuthority();
        } catch (IllegalArgumentException e) {
            return "another address";
        }
    }

    private static boolean isWebPage(AwsServiceException refusal) {
        return code(refusal).isEmpty()
                && refusal.statusCode() < 500
                && refusal.statusCode() != 413
                && refusal.statusCode() / 100 != 3
                && header(refusal, "Content-Type")
                        .filter(type -> type.startsWith("text/html"))
                        .isPresent();
    }

    /** Amazon says so in words only, others by a code. */
    private static boolean isLocked(String code, AwsServiceException refusal) {
        String words = words(refusal).toLowerCase(Locale.ROOT);
        return code.equals("ObjectLocked") || words.contains("object lock") || words.contains("worm protected");
    }

    /** In brackets, after a space; empty if there are none. */
    static String words(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        return message == null || message.isBlank() ? "" : " (" + S3Outages.plain(message) + ")";
    }

    static String code(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        return code == null || !CODE.matcher(code).matches() ? "" : code;
    }

    static boolean isConflict(AwsServiceException refusal) {
        return CONFLICT.contains(code(refusal));
    }

    private static Optional<String> header(AwsServiceException refusal, String name) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? Optional.empty()
                : details.sdkHttpResponse().firstMatchingHeader(name);
    }
}
