package io.redisvault.storage;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/**
 * Feeds content into an {@link Upload} on a worker, one buffer at a time: the next one is asked for once the last one
 * was written. No worker waits while the content has nothing to offer.
 */
final class Uploading implements Flow.Subscriber<ByteBuffer> {

    private final Upload upload;
    private final Content content;
    private final SerialExecutor worker;
    private final UniEmitter<? super StoredObject> outcome;

    private volatile boolean cancelled;
    private volatile Flow.Subscription source;
    private volatile Thread deliverer;

    // Seen by the worker only.
    private boolean over;
    private long received;

    static Uni<StoredObject> of(Upload upload, Content content, Executor executor) {
        return Uni.createFrom().emitter(outcome -> new Uploading(upload, content, executor, outcome).start());
    }

    private Uploading(Upload upload, Content content, Executor executor, UniEmitter<? super StoredObject> outcome) {
        this.upload = upload;
        this.content = content;
        this.worker = new SerialExecutor(executor);
        this.outcome = outcome;
    }

    private void start() {
        outcome.onTermination(this::terminated);
        step(() -> {
            upload.open();
            content.read().subscribe().withSubscriber(this);
        });
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        source = subscription;
        if (cancelled) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        step(() -> {
            received += bytes.remaining();
            if (received > content.length()) {
                throw wrongLength("more than that");
            }
            upload.write(bytes);
            source.request(1);
        });
    }

    @Override
    public void onError(Throwable failure) {
        worker.execute(() -> fail(failure));
    }

    @Override
    public void onComplete() {
        step(() -> {
            if (received < content.length()) {
                throw wrongLength("only " + received);
            }
            StoredObject stored = upload.publish();
            deliver(() -> outcome.complete(stored));
        });
    }

    /**
     * The emitter calls this once: from within the delivery that reached the subscriber, or because the subscriber
     * cancelled first and no delivery will. Only that tells whether a published object is to be taken back.
     */
    private void terminated() {
        if (Thread.currentThread() == deliverer) {
            over = true;
            return;
        }
        cancelled = true;
        Flow.Subscription running = source;
        if (running != null) {
            running.cancel();
        }
        upload.stop();
        worker.execute(this::end);
    }

    private void step(Runnable call) {
        worker.execute(() -> {
            if (over || cancelled) {
                return;
            }
            try {
                call.run();
            } catch (Throwable failure) {
                fail(failure);
            }
        });
    }

    private void fail(Throwable failure) {
        if (end()) {
            deliver(() -> outcome.fail(failure));
        }
    }

    private void deliver(Runnable delivery) {
        deliverer = Thread.currentThread();
        delivery.run();
        deliverer = null;
    }

    /** Cleans up before anyone hears of the failure, so that a failed call has left nothing behind. */
    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (source != null) {
            source.cancel();
        }
        upload.abandon();
        return true;
    }

    private StorageException wrongLength(String what) {
        return new StorageException.Corrupt(
                "The content was announced with " + content.length() + " bytes, but " + what + " came", null);
    }
}
