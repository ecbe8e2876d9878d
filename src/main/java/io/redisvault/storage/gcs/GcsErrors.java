package io.redisvault.storage.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.Retryable;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.util.regex.Pattern;

/** Says in the storage's terms what Google's server and client report, in one line and without secrets. */
final class GcsErrors {

    private static final int MOST_WORDS = 300;
    private static final Pattern SECRETS = Pattern.compile(
            "\\?\\S+|(?i:bearer )\\S+|ya29\\.\\S+|(?i:[\\w-]*(?:upload_id|signature|token|credential))\\s*[=:]\\s*\\S+");

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
        Retryable credentials = find(Retryable.class, failure);
        if (credentials != null) {
            String why = "no access token: " + words(failure.getMessage());
            return credentials.isRetryable()
                    ? new StorageException.Unavailable(what + why, failure)
                    : new StorageException.AccessDenied(
                            what + why + "; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity", failure);
        }
        HttpResponseException answer = find(HttpResponseException.class, failure);
        return answer == null ? unanswered(what, failure) : answered(what, answer);
    }

    private static StorageException answered(String what, HttpResponseException answer) {
        GoogleJsonError error = error(answer);
        String said = (error == null ? "" : words(error.getMessage()) + " ") + "(HTTP " + answer.getStatusCode() + ")";
        if (answer.getStatusCode() < 100) {
            return new StorageException.Unavailable(what + "the answer broke off within its status", answer);
        }
        return switch (answer.getStatusCode()) {
            case 404 ->
                new StorageException.NotFound(
                        what + "there is no such object or bucket, check GCS_BUCKET: " + said, answer);
            case 412 -> new StorageException.AlreadyExists(what + "it exists already: " + said, answer);
            case 416 -> new StorageException.Corrupt(what + "it ends before: " + said, answer);
            case 401 ->
                new StorageException.AccessDenied(
                        what
                                + "the credentials were refused; check GOOGLE_APPLICATION_CREDENTIALS or Workload Identity: "
                                + said,
                        answer);
            case 403 -> forbidden(what, said, reason(error), answer);
            case 408, 429, 500, 502, 503, 504 -> new StorageException.Unavailable(what + said, answer);
            default -> new StorageException.Other(what + said, answer);
        };
    }

    private static StorageException forbidden(String what, String said, String reason, Exception failure) {
        if (reason.endsWith("ateLimitExceeded")) {
            return new StorageException.Unavailable(what + said, failure);
        }
        // retentionPolicyNotMet, objectUnderActiveHold and their like
        if (reason.contains("etention") || reason.contains("Hold")) {
            return new StorageException.Locked(what + "the bucket keeps it for now: " + said, failure);
        }
        return new StorageException.AccessDenied(
                what + "permission denied; the service account needs storage.objects.create, .get, .list and .delete"
                        + " (role Storage Object User) on the bucket: " + said,
                failure);
    }

    private static StorageException unanswered(String what, Exception failure) {
        // The client takes half a header for a whole one, and refuses what it says: half a length, a charset "UTF-".
        boolean brokenOff =
                find(IOException.class, failure) != null || find(IllegalArgumentException.class, failure) != null;
        String why = words(root(failure).getMessage());
        return brokenOff
                ? new StorageException.Unavailable(what + "no answer: " + why, failure)
                : new StorageException.Other(what + why, failure);
    }

    /** Null if the answer is not Google's. */
    private static GoogleJsonError error(HttpResponseException answer) {
        if (answer instanceof GoogleJsonResponseException json && json.getDetails() != null) {
            return json.getDetails();
        }
        try {
            return GsonFactory.getDefaultInstance()
                    .fromString(answer.getContent(), GoogleJsonErrorContainer.class)
                    .getError();
        } catch (IOException | RuntimeException other) {
            return null;
        }
    }

    private static String reason(GoogleJsonError error) {
        return error == null || error.getErrors() == null || error.getErrors().isEmpty()
                ? ""
                : String.valueOf(error.getErrors().get(0).getReason());
    }

    private static String words(String text) {
        String line = SECRETS.matcher(String.valueOf(text))
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
