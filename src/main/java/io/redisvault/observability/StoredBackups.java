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
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Counts this node's backups in the storage, for health and metrics. Many callers at a time cause one listing. */
@ApplicationScoped
class StoredBackups {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Uni<NodeBackups> question;
    private final LongSupplier nanoTime;
    private volatile NodeBackups known;
    private final AtomicInteger runs = new AtomicInteger();
    /** How many runs had ended when the question was asked whose answer is known. */
    private volatile int knownAfter = -1;
    /** In {@link System#nanoTime}; null before the first scrape. */
    private Long askedAt;

    @Inject
    StoredBackups(BackupCatalog catalog) {
        this(catalog::stored, SharedAnswer.SHARED, System::nanoTime);
    }

    StoredBackups(Supplier<Uni<NodeBackups>> question, Duration shared, LongSupplier nanoTime) {
        this.question = SharedAnswer.of(
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

    /** As it is now, or was within the last seconds. */
    Uni<NodeBackups> now() {
        return question;
    }

    /**
     * As it was after the last run, or after the start. Until the storage has answered, a scrape waits for that, though not
     * long; empty while it never has.
     */
    synchronized Optional<NodeBackups> known() {
        long now = nanoTime.getAsLong();
        if (knownAfter != runs.get() && (askedAt == null || now - askedAt > PAUSE.toNanos())) {
            askedAt = now;
            try {
                question.await().atMost(PATIENCE);
            } catch (RuntimeException unknown) {
                // The health group tells why, and a late answer counts, too.
            }
        }
        return Optional.ofNullable(known);
    }

    void count(@Observes CompletedRun run) {
        runs.incrementAndGet();
    }
}
