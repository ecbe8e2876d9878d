package io.redisvault.storage.s3;

import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Attempts of one request: another one as long as the server may soon be able to answer it. */
final class S3Attempts {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    /** After any failure that another attempt may not have. */
    private static final int FEW = 6;

    private final Duration outage;
    private final Notice notice;
    private int failures;
    private long firstFailure;
    /** Of the last attempt whose connection the client did not lose. */
    private volatile Throwable reason;
    /** The last failure in which the server told more than that it is silent. */
    private volatile Throwable telling;

    /** @param outage for which a server that is gone or overwhelmed is waited for */
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

    /** The same in a bounded time. */
    <T> Uni<T> within(Duration limit, Uni<T> attempt) {
        return notice.ofSilence(
                        () -> telling == null ? limit : outage,
                        () -> reason == null ? "no answer yet" : reason.getMessage(),
                        of(attempt))
                .ifNoItem()
                .after(limit)
                .failWith(() -> telling != null
                        ? telling
                        : new StorageException.Unavailable(
                                "S3 did not answer within " + limit.toMillis() + " ms, twice STORAGE_TIMEOUT", null));
    }

    private boolean isAnotherWorthIt(Throwable failure) {
        long now = System.nanoTime();
        firstFailure = failures++ == 0 ? now : firstFailure;
        reason = S3Failure.isLost(failure) && reason != null ? reason : failure;
        boolean mayEndSoon = S3Failure.mayEndSoon(failure);
        telling = mayEndSoon ? reason : telling;
        Duration passed = Duration.ofNanos(now - firstFailure);
        boolean inTime = mayEndSoon && passed.compareTo(outage) < 0;
        if (inTime) {
            notice.ofFailure(passed, outage, reason.getMessage());
        }
        return inTime || failures < FEW && S3Failure.mayPass(failure);
    }
}
