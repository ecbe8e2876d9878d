package io.redisvault.backup;

import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Live state of the running backup, for status calls. */
public final class RunningBackup {

    /** Step of a run. */
    public enum Phase {
        ROLE,
        DUMP,
        UPLOAD,
        RETENTION;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Trigger trigger;
    private final Instant startedAt;
    private volatile Phase phase = Phase.ROLE;
    private volatile ServerInfo node = ServerInfo.unreachable(Role.UNKNOWN);
    private volatile long bytesTotal;
    private final AtomicLong bytesDone = new AtomicLong();
    private volatile long uploadBegan;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final CompletableFuture<BackupOutcome> ended = new CompletableFuture<>();
    private final long began = System.nanoTime();

    RunningBackup(Trigger trigger, Instant startedAt) {
        this.trigger = trigger;
        this.startedAt = startedAt;
    }

    void enter(Phase next) {
        phase = next;
    }

    void nodeIs(ServerInfo known) {
        node = known;
    }

    /** Makes the upload fail immediately and ends retention. */
    void stop() {
        stop.complete(null);
    }

    /** Completes when {@link #stop} is called. */
    Uni<Void> stopped() {
        return Uni.createFrom().completionStage(stop::copy);
    }

    /** Completes with the outcome when the run has ended. */
    CompletableFuture<BackupOutcome> ended() {
        return ended;
    }

    CompletedRun completed(BackupOutcome outcome) {
        return new CompletedRun(trigger, startedAt, Duration.ofNanos(System.nanoTime() - began), role(), outcome);
    }

    /** Enters the upload phase and counts the bytes that pass; {@code total} is the size of the dump. */
    Multi<ByteBuffer> count(Multi<ByteBuffer> dump, long total) {
        bytesTotal = total;
        bytesDone.set(0);
        uploadBegan = System.nanoTime();
        phase = Phase.UPLOAD;
        return dump.onItem().invoke(chunk -> bytesDone.addAndGet(chunk.remaining()));
    }

    /** Passes the bytes on, and fails as soon as {@link #stop} is called, even if nothing is requested. */
    Multi<ByteBuffer> untilStopped(Multi<ByteBuffer> bytes) {
        CompletableFuture<ByteBuffer> end = stop.thenApply(stopped -> {
            throw new BackupStoppedException();
        });
        Multi<ByteBuffer> passing = bytes.onCompletion().invoke(() -> end.complete(null));
        return Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(passing, Multi.createFrom().completionStage(end));
    }

    public Trigger trigger() {
        return trigger;
    }

    public Instant startedAt() {
        return startedAt;
    }

    public Phase phase() {
        return phase;
    }

    public Role role() {
        return node.role();
    }

    ServerInfo node() {
        return node;
    }

    /** Size of the dump in bytes; 0 before the upload. */
    public long bytesTotal() {
        return bytesTotal;
    }

    /** Bytes of the dump passed on to the upload so far, counted before compression. */
    public long bytesDone() {
        return bytesDone.get();
    }

    /** Mean bytes per second since the upload began; 0 outside the upload phase. */
    public long bytesPerSecond() {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - uploadBegan);
        return phase == Phase.UPLOAD ? bytesDone() * 1000 / Math.max(1, elapsed.toMillis()) : 0;
    }

    /** Cause of a run. */
    public enum Trigger {
        SCHEDULE,
        REQUEST,
        COMMAND,
        SHUTDOWN;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The service is stopping and ends the run. */
    static final class BackupStoppedException extends RuntimeException {

        BackupStoppedException() {
            super("the service stopped before the backup was done");
        }
    }
}
