package io.redisvault.observability;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.LongSupplier;

/** An answer for all who ask while it is being found, and for those who ask soon after. */
final class SharedAnswer {

    private final long nanos;
    private final LongSupplier nanoTime;
    private volatile Long answeredAt;

    private SharedAnswer(Duration time, LongSupplier nanoTime) {
        this.nanos = time.toNanos();
        this.nanoTime = nanoTime;
    }

    /** What asks the question at most once at a time, and not again within that time after its answer. */
    static <T> Uni<T> of(Uni<T> question, Duration time, LongSupplier nanoTime) {
        SharedAnswer answer = new SharedAnswer(time, nanoTime);
        return question.onItemOrFailure().invoke(answer::given).memoize().until(answer::isOld);
    }

    private void given(Object item, Throwable failure) {
        answeredAt = nanoTime.getAsLong();
    }

    /** Not while the question is open; true once only, for who then asks it anew. */
    private synchronized boolean isOld() {
        boolean old = answeredAt != null && nanoTime.getAsLong() - answeredAt >= nanos;
        if (old) {
            answeredAt = null;
        }
        return old;
    }
}
