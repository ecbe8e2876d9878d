package io.redisvault.observability;

import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Counts this node's backups in the storage, for health and metrics. Concurrent callers share one listing. */
@ApplicationScoped
class StoredBackups {

    /** How long an answer is shared. */
    static final Duration SHARED = Duration.ofSeconds(3);

    private static final Duration SCRAPE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(10);

    private final Uni<NodeBackups> question;
    private final LongSupplier nanoTime;
    private volatile NodeBackups known;
    private final AtomicInteger runs = new AtomicInteger();
    /** How many runs had ended when the listing behind {@link #known} began; if fewer than now, it is out of date. */
    private volatile int knownAfter = -1;
    /** Last question of a scrape, by {@link System#nanoTime}; null before the first. */
    private Long askedAt;

    @Inject
    StoredBackups(BackupCatalog catalog) {
        this(catalog::stored, SHARED, System::nanoTime);
    }

    StoredBackups(Supplier<Uni<NodeBackups>> question, Duration shared, LongSupplier nanoTime) {
        this.question = shared(
                Uni.createFrom().deferred(() -> {
                    int ended = runs.get();
                    return question.get().invoke(found -> {
                        known = found;
                        knownAfter = ended;
                    });
                }),
                shared,
                nanoTime);
        this.nanoTime = nanoTime;
    }

    /** The state now, or up to a few seconds ago. Fails if the storage does. */
    Uni<NodeBackups> now() {
        return question;
    }

    /**
     * The state after the last run or the start. If it is not known yet, asks the storage, at most every 10 seconds,
     * and blocks up to 2 seconds. Without an answer returns the last known state, if any.
     */
    synchronized Optional<NodeBackups> known() {
        long now = nanoTime.getAsLong();
        if (knownAfter != runs.get() && (askedAt == null || now - askedAt > RETRY_PAUSE.toNanos())) {
            askedAt = now;
            try {
                question.await().atMost(SCRAPE_TIMEOUT);
            } catch (RuntimeException unknown) {
                // The health group shows the failure; a late answer is still kept.
            }
        }
        return Optional.ofNullable(known);
    }

    /**
     * Shares each answer between all callers that ask at the same time, or until it is older than {@code time}.
     * Failures, too. A question that hangs on a file system blocks a worker, and a request to the storage may cost
     * money.
     */
    static <T> Uni<T> shared(Uni<T> question, Duration time, LongSupplier nanoTime) {
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

    void count(@Observes CompletedRun run) {
        runs.incrementAndGet();
    }
}
