package io.redisvault.backup;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Limits the speed of one upload by delaying its chunks. Blocks no thread. */
final class RateLimit {

    private final double nanosPerByte;

    /** When the next chunk may pass, by {@link System#nanoTime}. */
    private long next = System.nanoTime();

    RateLimit(long bytesPerSecond) {
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }

    Multi<ByteBuffer> shape(Multi<ByteBuffer> bytes) {
        return bytes.onItem().transformToUniAndConcatenate(chunk -> {
            Duration wait = reserve(chunk.remaining());
            Uni<ByteBuffer> item = Uni.createFrom().item(chunk);
            return wait.isZero() ? item : item.onItem().delayIt().by(wait);
        });
    }

    /** Returns the wait in whole milliseconds, the resolution of timers. A later chunk waits for the rest. */
    private Duration reserve(int bytes) {
        long now = System.nanoTime();
        long turn = Math.max(0, next - now);
        next = now + turn + (long) (bytes * nanosPerByte);
        return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(turn));
    }
}
