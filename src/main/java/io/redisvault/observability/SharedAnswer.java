package io.redisvault.observability;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shares one answer between all who ask while it is being found or soon after: each question that hangs on a file system
 * keeps a worker, and each is a request that may be paid for.
 */
final class SharedAnswer {

    static final Duration SHARED = Duration.ofSeconds(3);

    private SharedAnswer() {}

    static <T> Uni<T> of(Supplier<Uni<? extends T>> question) {
        return of(Uni.createFrom().deferred(question), SHARED, System::nanoTime);
    }

    /** Asks at most once at a time, and not again within that time after the answer. */
    static <T> Uni<T> of(Uni<T> question, Duration time, LongSupplier nanoTime) {
        AtomicReference<Long> answeredAt = new AtomicReference<>();
        return question.onItemOrFailure()
                .invoke((item, failure) -> answeredAt.set(nanoTime.getAsLong()))
                .memoize()
                // Not while the question is open; true once only, since that caller asks again.
                .until(() -> {
                    Long at = answeredAt.get();
                    return at != null
                            && nanoTime.getAsLong() - at >= time.toNanos()
                            && answeredAt.compareAndSet(at, null);
                });
    }
}
