package io.redisvault.storage;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** One object sent in one request. */
final class S3SinglePut {

    private final S3Bucket bucket;
    private final StoredObject object;
    private final S3Body body;

    S3SinglePut(S3Bucket bucket, StoredObject object, Content content) {
        this.bucket = bucket;
        this.object = object;
        this.body = new S3Body(content.length(), content::read, true);
    }

    /** @param conditional whether to ask the server not to replace an object */
    Uni<Void> run(boolean conditional) {
        CompletableFuture<PutObjectResponse> put = bucket.client()
                .putObject(
                        request -> bucket.options()
                                .apply(request)
                                .bucket(bucket.name())
                                .key(object.key())
                                .metadata(object.metadata())
                                .contentType("application/octet-stream")
                                .ifNoneMatch(conditional ? "*" : null),
                        body);
        // A copy, so that cancelling leaves it to us what becomes of the request.
        return bucket.errors()
                .request("s3:PutObject", put::copy)
                .onItem()
                .transformToUni(response -> {
                    S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
                    return tag.disagreesWith(body.md5())
                            ? bucket.discard(
                                    object.key(),
                                    "the storage computed the MD5 " + tag + ", but " + body.md5() + " was sent")
                            : Uni.createFrom().voidItem();
                })
                .onCancellation()
                .call(() -> takeBack(put));
    }

    /** A request whose last bytes are held back cannot succeed; any other is waited for, and its object deleted. */
    private Uni<Void> takeBack(CompletableFuture<PutObjectResponse> put) {
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
