package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * A failed request, and the questions that decide about retries and messages.
 *
 * @param cause an {@link AwsServiceException} if the server answered with an error
 */
record S3Failure(Throwable cause) {

    private static final Set<String> CONFLICTS = Set.of("ConditionalRequestConflict", "OperationAborted");
    private static final Pattern CODE = Pattern.compile("[\\w.-]{1,80}");

    private static final Pattern CLIENT_PHRASES = Pattern.compile(
            "Request attempt \\d+ failure: |Unable to execute HTTP request: | ?\\((SDK Attempt|Service: )[^)]*\\)");

    /** @param thrown by the client, or its translation */
    static S3Failure of(Throwable thrown) {
        boolean wrapped = thrown instanceof CompletionException || thrown instanceof StorageException;
        return new S3Failure(wrapped && thrown.getCause() != null ? thrown.getCause() : thrown);
    }

    /** HTTP status; 0 if there was no answer. */
    int status() {
        return cause instanceof AwsServiceException refusal ? refusal.statusCode() : 0;
    }

    /** Error code; empty if the server sent none, as in every answer to {@code HEAD}. */
    String code() {
        return details()
                .map(AwsErrorDetails::errorCode)
                .filter(code -> CODE.matcher(code).matches())
                .orElse("");
    }

    /** The server's message in brackets, with a space in front; empty if there is none. */
    String words() {
        return details()
                .map(AwsErrorDetails::errorMessage)
                .filter(message -> !message.isBlank())
                .map(message -> " (" + plain(message) + ")")
                .orElse("");
    }

    Optional<String> header(String name) {
        return answer().flatMap(answer -> answer.firstMatchingHeader(name));
    }

    /** True if the answer is a web page. An empty answer is none, although some servers give it that type. */
    boolean isPage() {
        return answer().filter(S3Failure::hasTypeOfPage).isPresent();
    }

    static boolean hasTypeOfPage(SdkHttpResponse answer) {
        boolean empty = answer.statusCode() == 204
                || answer.firstMatchingHeader("Content-Length")
                        .filter("0"::equals)
                        .isPresent();
        return !empty
                && answer.firstMatchingHeader("Content-Type")
                        .filter(type -> type.startsWith("text/html"))
                        .isPresent();
    }

    private Optional<SdkHttpResponse> answer() {
        return details().map(AwsErrorDetails::sdkHttpResponse);
    }

    private Optional<AwsErrorDetails> details() {
        return cause instanceof AwsServiceException refusal
                ? Optional.ofNullable(refusal.awsErrorDetails())
                : Optional.empty();
    }

    boolean has(Class<? extends Throwable> kind) {
        return chain().anyMatch(kind::isInstance);
    }

    private Stream<Throwable> chain() {
        return Stream.iterate(cause, Objects::nonNull, Throwable::getCause).limit(20);
    }

    /** Returns the reason why there was no answer. */
    String reason() {
        Throwable deepest = chain().reduce((outer, inner) -> inner).orElse(cause);
        if (deepest instanceof TimeoutException) {
            return "there was no connection in time; does a firewall or a proxy hold it back?";
        }
        if (deepest instanceof ClosedChannelException) {
            return "the connection was closed";
        }
        return deepest.getMessage() == null ? "the connection broke" : plain(deepest.getMessage());
    }

    /** True if the client only says that it got no connection in time; it can lose the real cause. */
    static boolean isLost(Throwable thrown) {
        return of(thrown).has(TimeoutException.class);
    }

    private static String plain(String words) {
        return StorageException.plain(CLIENT_PHRASES.matcher(words).replaceAll(""));
    }

    /** True if a retry may succeed, also after a clock error: by then the client knows the server's time. */
    static boolean mayPass(Throwable thrown) {
        S3Failure failure = of(thrown);
        return thrown instanceof StorageException.Unavailable && !isConflict(thrown)
                || failure.status() == 0 && (failure.has(IOException.class) || failure.has(XMLStreamException.class))
                || failure.code().equals("RequestTimeTooSkewed");
    }

    /** True if the server is down or overloaded; not if it was silent, since that was waited for already. */
    static boolean mayEndSoon(Throwable thrown) {
        S3Failure failure = of(thrown);
        return thrown instanceof StorageException.Unavailable
                && (failure.status() > 0 && !isConflict(thrown)
                        || failure.reason().startsWith("Connection refused")
                        || failure.has(ClosedChannelException.class)
                        || failure.has(TimeoutException.class)
                        || String.valueOf(failure.cause.getMessage()).contains("Connection reset"));
    }

    /** True if another request for the same key is in progress; this one may be retried. */
    static boolean isConflict(Throwable thrown) {
        return CONFLICTS.contains(of(thrown).code());
    }

    /** True if the server rejects something in the request, and no other exception says what. */
    static boolean isMisunderstood(Throwable thrown) {
        return isNotImplemented(thrown)
                || thrown instanceof StorageException.Other && of(thrown).status() == 400;
    }

    /** True if the server does not implement the call, or an option of it. */
    static boolean isNotImplemented(Throwable thrown) {
        return of(thrown).status() == 501 || of(thrown).code().equals("MethodNotAllowed");
    }

    /** True if the server does not support the condition that the key must be free. */
    static boolean lacksConditions(Throwable thrown) {
        return isNotImplemented(thrown)
                || of(thrown).status() == 400
                        && of(thrown).words().toLowerCase(Locale.ROOT).contains("if-none-match");
    }

    static boolean isMissingObject(Throwable thrown) {
        return of(thrown).status() == 404 && !of(thrown).code().equals("NoSuchBucket");
    }

    /** True if the server refused without a reason, as in every refusal of {@code HEAD}. */
    static boolean isMute(Throwable thrown) {
        return thrown instanceof StorageException.AccessDenied
                && of(thrown).status() > 0
                && of(thrown).code().isEmpty();
    }
}
