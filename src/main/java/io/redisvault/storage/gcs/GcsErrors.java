package io.redisvault.storage.gcs;

import com.google.auth.Retryable;
import io.redisvault.storage.StorageException;
import java.io.IOException;

/** Says in the storage's terms what Google's client reports. */
final class GcsErrors {

    private GcsErrors() {}

    /**
     * @param action such as "list"
     * @param url of the object or bucket
     */
    static StorageException translate(String action, String url, Exception failure) {
        if (failure instanceof StorageException translated) {
            return translated;
        }
        String what = "Cannot " + action + " " + url + ": ";
        com.google.cloud.storage.StorageException answer =
                find(com.google.cloud.storage.StorageException.class, failure);
        if (answer == null || answer.getCode() == 0) {
            return unanswered(what, failure);
        }
        String said = answer.getMessage() + " (HTTP " + answer.getCode() + ")";
        if (answer.getCode() < 100) {
            return new StorageException.Unavailable(what + "the answer broke off within its status: " + said, failure);
        }
        return switch (answer.getCode()) {
            case 404 -> new StorageException.NotFound(what + "there is no such object or bucket: " + said, failure);
            case 412 -> new StorageException.AlreadyExists(what + "it exists already: " + said, failure);
            case 401 ->
                new StorageException.AccessDenied(
                        what
                                + "the credentials were refused; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity: "
                                + said,
                        failure);
            case 403 -> forbidden(what, said, answer.getReason(), failure);
            case 408, 429, 500, 502, 503, 504 -> new StorageException.Unavailable(what + said, failure);
            default -> new StorageException.Other(what + said, failure);
        };
    }

    private static StorageException forbidden(String what, String said, String reason, Exception failure) {
        if (reason != null && reason.endsWith("ateLimitExceeded")) {
            return new StorageException.Unavailable(what + said, failure);
        }
        // retentionPolicyNotMet, objectUnderActiveHold and their like
        if (reason != null && (reason.contains("etention") || reason.contains("Hold"))) {
            return new StorageException.Locked(what + "the bucket keeps it for now: " + said, failure);
        }
        return new StorageException.AccessDenied(
                what + "permission denied; the service account needs storage.objects.create, .get, .list and .delete"
                        + " (role Storage Object User) on the bucket: " + said,
                failure);
    }

    private static StorageException unanswered(String what, Exception failure) {
        String why = root(failure).toString();
        Retryable credentials = find(Retryable.class, failure);
        if (credentials != null && !credentials.isRetryable()) {
            return new StorageException.AccessDenied(
                    what + "no access token; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity: " + why,
                    failure);
        }
        // The client takes half a header for a whole one, and refuses what it says: half a length, a charset "UTF-".
        boolean brokenOff =
                find(IOException.class, failure) != null || find(IllegalArgumentException.class, failure) != null;
        if (brokenOff) {
            return new StorageException.Unavailable(what + "no answer: " + why, failure);
        }
        return new StorageException.Other(what + why, failure);
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
