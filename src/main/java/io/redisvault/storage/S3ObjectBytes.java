package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The body of an answer. When a server closes the connection in the middle of it, the client tells this transformer,
 * but not the body's subscriber: with the client's own transformer that one waits for ever.
 */
final class S3ObjectBytes implements AsyncResponseTransformer<GetObjectResponse, Multi<ByteBuffer>> {

    // New for each attempt.
    private volatile CompletableFuture<Multi<ByteBuffer>> begun;
    private volatile CompletableFuture<ByteBuffer> ended;

    @Override
    public CompletableFuture<Multi<ByteBuffer>> prepare() {
        ended = new CompletableFuture<>();
        begun = new CompletableFuture<>();
        return begun;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        // What matters is the body.
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> body) {
        CompletableFuture<ByteBuffer> end = ended;
        Multi<ByteBuffer> bytes = Multi.createFrom()
                .publisher(AdaptersToFlow.publisher(body))
                .onTermination()
                .invoke(() -> end.complete(null));
        begun.complete(Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(bytes, Multi.createFrom().completionStage(end)));
    }

    @Override
    public void exceptionOccurred(Throwable failure) {
        begun.completeExceptionally(failure);
        ended.completeExceptionally(failure);
    }
}
