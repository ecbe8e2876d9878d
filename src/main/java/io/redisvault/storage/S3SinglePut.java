package io.redisvault.storage;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** One object sent in one request, after its MD5: what arrives as something else is refused, and never visible. */
final class S3SinglePut {

    private final S3Bucket bucket;
    private final StoredObject object;
    private final Content content;
    private final S3Body body;

    private CompletableFuture<PutObjectResponse> put;
    private boolean cancelled;

    S3SinglePut(S3Bucket bucket, StoredObject object, Content content) {
        this.bucket = bucket;
        this.object = object;
        this.content = content;
        this.body = new S3Body(content.length(), content::read, false);
    }

    /** @param conditional whether to ask the server not to replace an object */
    Uni<Void> run(boolean conditional) {
        return Uni.createFrom()
                .voidItem()
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .transformToUni(onWorker -> S3EntityTag.md5(content.preview().read(0, content.length())))
                .onItem()
                .transformToUni(md5 -> put(md5, conditional))
                .onCancellation()
                .call(this::takeBack);
    }

    private Uni<Void> put(String md5, boolean conditional) {
        return bucket.errors()
                .request("s3:PutObject", () -> send(md5, conditional))
                .onItem()
                .transformToUni(response -> {
                    // Servers that ignore the header still compute a tag.
                    S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
                    return tag.disagreesWith(md5)
                            ? bucket.discard(
                                    object.key(), "the storage computed the MD5 " + tag + ", but " + md5 + " was sent")
                            : Uni.createFrom().voidItem();
                });
    }

    private synchronized CompletableFuture<PutObjectResponse> send(String md5, boolean conditional) {
        if (cancelled) {
            return CompletableFuture.failedFuture(new CancellationException());
        }
        put = bucket.client()
                .putObject(
                        request -> bucket.options()
                                .apply(request)
                                .bucket(bucket.name())
                                .key(object.key())
                                .metadata(object.metadata())
                                .contentType("application/octet-stream")
                                .contentMD5(Base64.getEncoder()
                                        .encodeToString(HexFormat.of().parseHex(md5)))
                                .ifNoneMatch(conditional ? "*" : null),
                        body);
        // A copy, so that cancelling leaves it to us what becomes of the request.
        return put.copy();
    }

    /** A request whose last bytes are held back cannot succeed; any other is waited for, and its object deleted. */
    private synchronized Uni<Void> takeBack() {
        cancelled = true;
        if (put == null) {
            return Uni.createFrom().voidItem();
        }
        if (body.stop()) {
            put.cancel(true);
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(put::copy)
                .onItem()
                .transformToUni(stored -> bucket.delete(object.key()))
                .onFailure()
                .recoverWithNull();
    }
}
