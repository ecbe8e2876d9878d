package io.redisvault.storage.s3;

import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Makes one request, and retries it as long as the server may soon be able to answer. */
final class S3Attempts {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    /** For failures that may pass, but are no outage. */
    private static final int MAX_FAILURES = 6;

    private final Duration outage;
    private final Notice notice;
    private int failures;
    private long firstFailure;
    /** The last failure whose cause is known: the client loses the cause of some. */
    private volatile Throwable reason;
    /** The last failure that shows an outage; null if the server was only silent. */
    private volatile Throwable lastOutage;

    /** @param outage how long to retry while the server is down or overloaded */
    S3Attempts(Duration outage, Notice notice) {
        this.outage = outage;
        this.notice = notice;
    }

    <T> Uni<T> of(Uni<T> attempt) {
        return attempt.onFailure()
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .until(this::isAnotherWorthIt)
                .onFailure(S3Failure::isLost)
                .transform(lost -> reason)
                .invoke(notice::clear);
    }

    /** Like {@link #of}, but fails after {@code limit}. */
    <T> Uni<T> within(Duration limit, Uni<T> attempt) {
        return notice.ofSilence(
                        () -> lastOutage == null ? limit : outage,
                        () -> reason == null ? "no answer yet" : reason.getMessage(),
                        of(attempt))
                .ifNoItem()
                .after(limit)
                .failWith(() -> lastOutage != null
                        ? lastOutage
                        : new StorageException.Unavailable(
                                "S3 did not answer within " + limit.toMillis() + " ms, twice STORAGE_TIMEOUT", null));
    }

    private boolean isAnotherWorthIt(Throwable failure) {
        long now = System.nanoTime();
        firstFailure = failures++ == 0 ? now : firstFailure;
        reason = S3Failure.isLost(failure) && reason != null ? reason : failure;
        boolean mayEndSoon = S3Failure.mayEndSoon(failure);
        lastOutage = mayEndSoon ? reason : lastOutage;
        Duration passed = Duration.ofNanos(now - firstFailure);
        boolean inTime = mayEndSoon && passed.compareTo(outage) < 0;
        if (inTime) {
            notice.ofFailure(passed, outage, reason.getMessage());
        }
        return inTime || failures < MAX_FAILURES && S3Failure.mayPass(failure);
    }
}
