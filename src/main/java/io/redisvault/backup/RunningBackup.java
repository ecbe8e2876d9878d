package io.redisvault.backup;

import io.redisvault.redis.NodeState;
import io.redisvault.redis.Role;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Live state of the running backup, for status calls. */
public final class RunningBackup {

    /** Where a run stands. */
    public enum Phase {
        ROLE,
        DUMP,
        UPLOAD,
        RETENTION
    }

    private final Trigger trigger;
    private final Instant startedAt;
    private volatile Phase phase = Phase.ROLE;
    private volatile NodeState node = NodeState.UNKNOWN;
    private volatile long bytesTotal;
    private final AtomicLong bytesDone = new AtomicLong();
    private volatile long uploadBegan;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    RunningBackup(Trigger trigger, Instant startedAt) {
        this.trigger = trigger;
        this.startedAt = startedAt;
    }

    void enter(Phase next) {
        phase = next;
    }

    void nodeIs(NodeState known) {
        node = known;
    }

    /** Makes the upload fail at once, and whatever follows it end. */
    void stop() {
        stop.complete(null);
    }

    /** Ends when the run is to end. */
    Uni<Void> stopped() {
        return Uni.createFrom().completionStage(stop::copy);
    }

    /** Counts the bytes of the dump that pass. */
    Multi<ByteBuffer> count(Multi<ByteBuffer> dump, long total) {
        bytesTotal = total;
        bytesDone.set(0);
        uploadBegan = System.nanoTime();
        phase = Phase.UPLOAD;
        return dump.onItem().invoke(chunk -> bytesDone.addAndGet(chunk.remaining()));
    }

    /** The same bytes, which fail as soon as the run is to stop, although nobody asks for more. */
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

    NodeState node() {
        return node;
    }

    /** Bytes of the dump; zero before the upload. */
    public long bytesTotal() {
        return bytesTotal;
    }

    /** Bytes of the dump that were handed to the storage. */
    public long bytesDone() {
        return bytesDone.get();
    }

    /** Mean bytes per second since the upload began. */
    public long bytesPerSecond() {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - uploadBegan);
        return phase == Phase.UPLOAD ? bytesDone() * 1000 / Math.max(1, elapsed.toMillis()) : 0;
    }
}
