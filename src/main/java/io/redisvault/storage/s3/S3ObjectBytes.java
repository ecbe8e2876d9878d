package io.redisvault.storage.s3;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.SerializedSubscriber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The body of an answer, one byte or more. When a server closes the connection in the middle of it, the client tells
 * this transformer, but not the body's subscriber: with the client's own transformer that one waits for ever.
 */
final class S3ObjectBytes implements AsyncResponseTransformer<GetObjectResponse, Multi<ByteBuffer>> {

    // New for each attempt.
    private volatile CompletableFuture<Multi<ByteBuffer>> begun;
    private volatile CompletableFuture<Void> broken;

    @Override
    public CompletableFuture<Multi<ByteBuffer>> prepare() {
        broken = new CompletableFuture<>();
        begun = new CompletableFuture<>();
        return begun;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        // What matters is the body.
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> body) {
        CompletableFuture<Void> end = broken;
        begun.complete(Multi.createFrom().publisher(subscriber -> AdaptersToFlow.<ByteBuffer>publisher(body)
                .subscribe(new Body(subscriber, end))));
    }

    @Override
    public void exceptionOccurred(Throwable failure) {
        begun.completeExceptionally(failure);
        broken.completeExceptionally(failure);
    }

    /** Between the client's publisher and its subscriber, who learns of the first end there is. */
    private static final class Body implements Flow.Subscriber<ByteBuffer>, Flow.Subscription {

        private final Flow.Subscriber<ByteBuffer> subscriber;
        private final CompletableFuture<Void> broken;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Flow.Subscription body;
        private boolean empty = true;

        Body(Flow.Subscriber<? super ByteBuffer> subscriber, CompletableFuture<Void> broken) {
            this.subscriber = new SerializedSubscriber<>(subscriber);
            this.broken = broken;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            body = subscription;
            subscriber.onSubscribe(this);
            broken.whenComplete((never, failure) -> {
                // Frees what was received, but not asked for.
                body.cancel();
                onError(failure);
            });
        }

        @Override
        public void request(long chunks) {
            body.request(chunks);
        }

        @Override
        public void cancel() {
            over.set(true);
            body.cancel();
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            empty = false;
            if (!over.get()) {
                subscriber.onNext(chunk);
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (over.compareAndSet(false, true)) {
                subscriber.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (empty) {
                // The client takes such an answer for a whole one.
                onError(new IOException("its answer broke off among its headers"));
            } else if (over.compareAndSet(false, true)) {
                subscriber.onComplete();
            }
        }
    }
}
