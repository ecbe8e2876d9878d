package io.redisvault.observability;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shares one answer between all who ask while it is being found or soon after: each question that hangs on a file system
 * keeps a worker, and each is a request that may be paid for.
 */
final class SharedAnswer {

    static final Duration SHARED = Duration.ofSeconds(3);

    private final long nanos;
    private final LongSupplier nanoTime;
    private volatile Long answeredAt;

    private SharedAnswer(Duration time, LongSupplier nanoTime) {
        this.nanos = time.toNanos();
        this.nanoTime = nanoTime;
    }

    static <T> Uni<T> of(Supplier<Uni<? extends T>> question) {
        return of(Uni.createFrom().deferred(question), SHARED, System::nanoTime);
    }

    /** Asks at most once at a time, and not again within that time after the answer. */
    static <T> Uni<T> of(Uni<T> question, Duration time, LongSupplier nanoTime) {
        SharedAnswer answer = new SharedAnswer(time, nanoTime);
        return question.onItemOrFailure().invoke(answer::given).memoize().until(answer::isOld);
    }

    private void given(Object item, Throwable failure) {
        answeredAt = nanoTime.getAsLong();
    }

    /** Not while the question is open; true once only, since that caller asks again. */
    private synchronized boolean isOld() {
        boolean old = answeredAt != null && nanoTime.getAsLong() - answeredAt >= nanos;
        if (old) {
            answeredAt = null;
        }
        return old;
    }
}
