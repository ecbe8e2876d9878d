package io.redisvault.restore;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Sends a dump to a server, no faster than the server reads it.
 *
 * <p>A server drops a master that is silent for {@code repl-timeout}, and no keep-alive newlines may be sent within a dump.
 * So the feed holds the last chunk back, and sends it byte by byte while the storage is silent.
 */
final class DumpFeed implements Flow.Subscriber<ByteBuffer> {

    private static final long PULSE_MILLIS = 500;

    private final Vertx vertx;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private Flow.Subscription dump;
    private NetSocket socket;
    private Buffer held;
    private boolean complete;
    private long pulse = -1;

    DumpFeed(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Starts to read the dump; completes when the first chunk has arrived. */
    Uni<Void> open(Multi<ByteBuffer> bytes) {
        return Uni.createFrom().completionStage(() -> {
            bytes.subscribe(this);
            return opened;
        });
    }

    /** Sends the whole dump, after {@link #open}; fails if reading or the connection fails. */
    synchronized Uni<Void> sendTo(NetSocket connection) {
        socket = connection;
        pulse = vertx.setPeriodic(PULSE_MILLIS, timer -> sendOneByte());
        if (complete) {
            onComplete();
        } else {
            dump.request(1);
        }
        return Uni.createFrom().completionStage(sent);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription subscription) {
        dump = subscription;
        dump.request(1);
    }

    @Override
    public synchronized void onNext(ByteBuffer chunk) {
        byte[] bytes = new byte[chunk.remaining()];
        chunk.get(bytes);
        Buffer before = held;
        held = Buffer.buffer(bytes);
        if (before == null) {
            opened.complete(null);
        } else {
            write(before, () -> dump.request(1));
        }
    }

    @Override
    public synchronized void onComplete() {
        complete = true;
        if (socket != null) {
            write(held, () -> sent.complete(null));
        }
    }

    @Override
    public void onError(Throwable failure) {
        opened.completeExceptionally(failure);
        sent.completeExceptionally(failure);
    }

    private void write(Buffer bytes, Runnable then) {
        socket.write(bytes)
                .subscribe()
                .with(done -> then.run(), closed -> sent.completeExceptionally(FullResync.gaveUp()));
    }

    private synchronized void sendOneByte() {
        if (!complete && held.length() > 1) {
            socket.writeAndForget(held.getBuffer(0, 1));
            held = held.getBuffer(1, held.length());
        }
    }

    synchronized void close() {
        vertx.cancelTimer(pulse);
        if (dump != null) {
            dump.cancel();
        }
    }
}
