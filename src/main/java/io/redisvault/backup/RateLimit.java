package io.redisvault.backup;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Spreads the chunks of one upload over time, whichever part they belong to; no thread waits meanwhile. */
final class RateLimit {

    private final double nanosPerByte;

    /** When the next chunk may go, by {@link System#nanoTime()}. */
    private long next = System.nanoTime();

    RateLimit(long bytesPerSecond) {
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }

    Multi<ByteBuffer> shape(Multi<ByteBuffer> chunks) {
        return chunks.onItem().transformToUniAndConcatenate(chunk -> {
            Duration wait = reserve(chunk.remaining());
            Uni<ByteBuffer> item = Uni.createFrom().item(chunk);
            return wait.isZero() ? item : item.onItem().delayIt().by(wait);
        });
    }

    private synchronized Duration reserve(int bytes) {
        long now = System.nanoTime();
        long turn = now - next > 0 ? now : next;
        next = turn + (long) (bytes * nanosPerByte);
        return Duration.ofNanos(turn - now);
    }
}
