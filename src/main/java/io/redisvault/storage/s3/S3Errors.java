package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Says what a failure of the S3 client means for a backup, and what mends it. */
final class S3Errors {

    private static final Set<String> CREDENTIALS = Set.of(
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired");
    private static final Set<String> OTHER_REGION =
            Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException");
    private static final Set<String> OTHER_DATA = Set.of("BadDigest", "XAmzContentChecksumMismatch");
    private static final Set<String> CONFLICT = Set.of("ConditionalRequestConflict", "OperationAborted");

    private final String bucket;
    private final Duration deadline;

    /** @param silence after which the client gives up an attempt */
    S3Errors(String bucket, Duration silence) {
        this.bucket = bucket;
        // One connection gone silent is no reason to fail, two are.
        this.deadline = silence.plus(silence);
    }

    /**
     * One call of the client that moves next to nothing, with all its attempts in a bounded time.
     *
     * @param permission the IAM action it needs
     */
    <T> Uni<T> quickRequest(String permission, Supplier<CompletableFuture<T>> call) {
        return request(permission, call)
                .ifNoItem()
                .after(deadline)
                .failWith(() -> new StorageException.Unavailable(
                        "S3 did not answer within " + deadline.toMillis() + " ms, twice STORAGE_TIMEOUT", null));
    }

    /**
     * One call of the client that takes as long as it needs while bytes move. On a worker, for credentials of a role
     * are asked for before the call, and that blocks.
     *
     * @param permission the IAM action it needs
     */
    <T> Uni<T> request(String permission, Supplier<CompletableFuture<T>> call) {
        return Uni.createFrom()
                .completionStage(call)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .transform(failure -> translate(permission, failure));
    }

    StorageException translate(String permission, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StorageException known) {
            return known;
        }
        if (cause instanceof AwsServiceException refusal) {
            return translate(permission, refusal);
        }
        if (cause instanceof SdkClientException
                && String.valueOf(cause.getMessage()).contains("credentials")) {
            return new StorageException.AccessDenied(
                    "no AWS credentials: give the pod a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ("
                            + deepest(cause) + ")",
                    cause);
        }
        if (isDistrust(cause)) {
            return new StorageException.Unavailable(
                    "S3's certificate is not trusted: " + deepest(cause)
                            + "; name its authority by S3_CA_FILE if the server is yours",
                    cause);
        }
        // A body that breaks off fails with what its connection did, in no wrapping.
        if (cause instanceof SdkClientException || cause instanceof IOException) {
            return new StorageException.Unavailable("S3 did not answer: " + deepest(cause), cause);
        }
        return new StorageException.Other("S3 request failed: " + deepest(cause), cause);
    }

    private StorageException translate(String permission, AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String code = code(refusal);
        int status = refusal.statusCode();
        String said = "S3 answered " + status + (code.isEmpty() ? "" : " " + code);
        if (code.equals("NoSuchBucket")) {
            return new StorageException.NotFound(
                    said + ": there is no bucket '" + bucket + "'; create it, or correct S3_BUCKET or STORAGE_URL",
                    refusal);
        }
        if (status == 404) {
            return new StorageException.NotFound(said, refusal);
        }
        if (status == 412 || code.equals("PreconditionFailed")) {
            return new StorageException.AlreadyExists(said + ": the key is taken", refusal);
        }
        if (CONFLICT.contains(code)) {
            return new StorageException.Unavailable(said + ": another request for this key is not over", refusal);
        }
        if (status == 301 || OTHER_REGION.contains(code)) {
            return new StorageException.AccessDenied(
                    said + ": bucket '" + bucket + "' is in another region; correct AWS_REGION", refusal);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return new StorageException.AccessDenied(said + ": this machine's clock is wrong; set it by NTP", refusal);
        }
        if (CREDENTIALS.contains(code)) {
            return new StorageException.AccessDenied(
                    said + ": the credentials are wrong or expired; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
                            + " or the pod's role",
                    refusal);
        }
        if (OTHER_DATA.contains(code)) {
            return new StorageException.Corrupt(said + ": what arrived is not what was sent", refusal);
        }
        if (isLocked(code, refusal)) {
            return new StorageException.Locked(said + ": the object is kept by a lock", refusal);
        }
        // An answer to HEAD has no body to say more.
        if (code.isEmpty() && (status == 400 || status == 403)) {
            return new StorageException.AccessDenied(
                    said + " and no reason: the credentials are wrong or expired (AWS_ACCESS_KEY_ID,"
                            + " AWS_SECRET_ACCESS_KEY or the pod's role), or lack " + permission
                            + " or s3:ListBucket on bucket '" + bucket + "'",
                    refusal);
        }
        if (code.equals("InvalidObjectState")) {
            return new StorageException.Other(
                    said + ": the object is archived; restore it in S3 to a class that can be read", refusal);
        }
        if (status == 401 || status == 403) {
            String words = details == null ? null : details.errorMessage();
            return new StorageException.AccessDenied(
                    said + ": the credentials lack " + permission + " on bucket '" + bucket + "'"
                            + (words == null ? "" : " (" + words + ")"),
                    refusal);
        }
        if (status >= 500 || status == 429 || code.equals("SlowDown") || code.equals("RequestTimeout")) {
            return new StorageException.Unavailable(said, refusal);
        }
        return new StorageException.Other(said + ": " + refusal.getMessage(), refusal);
    }

    /** Amazon says so in words only, others by a code. */
    private static boolean isLocked(String code, AwsServiceException refusal) {
        String words = String.valueOf(refusal.getMessage()).toLowerCase(Locale.ROOT);
        return code.equals("ObjectLocked") || words.contains("object lock") || words.contains("worm protected");
    }

    /** Whether the server objects to something in the request, and to nothing that has an exception of its own. */
    static boolean isMisunderstood(Throwable failure) {
        return isNotImplemented(failure) || failure instanceof StorageException.Other && hasStatus(failure, 400);
    }

    /** Whether the server knows the call, but not what was asked of it. */
    private static boolean isNotImplemented(Throwable failure) {
        return failure instanceof StorageException && hasStatus(failure, 501);
    }

    /** Whether the server objects to the condition that the key must be free. */
    static boolean lacksConditions(Throwable failure) {
        return isNotImplemented(failure)
                || hasStatus(failure, 400)
                        && failure.getMessage().toLowerCase(Locale.ROOT).contains("if-none-match");
    }

    /** Whether another request for the same key is under way, and this one may be sent again. */
    static boolean isConflict(Throwable failure) {
        return failure.getCause() instanceof AwsServiceException refusal && CONFLICT.contains(code(refusal));
    }

    static boolean isMissingObject(Throwable failure) {
        return failure.getCause() instanceof AwsServiceException refusal
                && refusal.statusCode() == 404
                && !code(refusal).equals("NoSuchBucket");
    }

    private static boolean hasStatus(Throwable failure, int status) {
        return failure.getCause() instanceof AwsServiceException refusal && refusal.statusCode() == status;
    }

    private static String code(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    private static boolean isDistrust(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(CertPathBuilderException.class::isInstance);
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
