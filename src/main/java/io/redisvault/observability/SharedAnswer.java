package io.redisvault.observability;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shares one answer between all callers that ask at the same time or within a few seconds after it. A question that
 * hangs on a file system blocks a worker, and a request to the storage may cost money.
 */
final class SharedAnswer {

    static final Duration SHARED = Duration.ofSeconds(3);

    private SharedAnswer() {}

    static <T> Uni<T> of(Supplier<Uni<? extends T>> question) {
        return of(Uni.createFrom().deferred(question), SHARED, System::nanoTime);
    }

    /** Asks once at a time, and again only if the last answer is older than {@code time}. Shares failures, too. */
    static <T> Uni<T> of(Uni<T> question, Duration time, LongSupplier nanoTime) {
        AtomicReference<Long> answeredAt = new AtomicReference<>();
        return question.onItemOrFailure()
                .invoke((item, failure) -> answeredAt.set(nanoTime.getAsLong()))
                .memoize()
                // False while a question is open. True for one caller only, who then asks again.
                .until(() -> {
                    Long at = answeredAt.get();
                    return at != null
                            && nanoTime.getAsLong() - at >= time.toNanos()
                            && answeredAt.compareAndSet(at, null);
                });
    }
}
