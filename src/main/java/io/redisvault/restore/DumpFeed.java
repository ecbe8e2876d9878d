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
 * Feeds a server with a dump, no faster than it is taken. What came last is held back, and goes out byte by byte while the storage
 * is silent: a server gives up a master that is silent for its {@code repl-timeout}, and within a dump there is no room for the
 * newlines by which masters show that they live.
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

    /** Begins to read, and ends when the first bytes are here. */
    Uni<Void> open(Multi<ByteBuffer> bytes) {
        return Uni.createFrom().completionStage(() -> {
            bytes.subscribe(this);
            return opened;
        });
    }

    /** Sends all of an opened dump; fails if the reading or the connection does. */
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
