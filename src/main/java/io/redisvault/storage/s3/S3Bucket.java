package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A bucket, how to speak to it and how to write to it. */
record S3Bucket(S3AsyncClient client, String name, S3Options options, S3Errors errors) {

    /** A missing object counts as deleted. */
    Uni<Void> delete(String key) {
        return errors.quickRequest(
                        "s3:DeleteObject",
                        () -> client.deleteObject(
                                request -> request.bucket(name).key(key)))
                .replaceWithVoid();
    }

    /** Deletes an object that is not what was sent, and fails with the reason. */
    Uni<Void> discard(String key, String reason) {
        return delete(key)
                .onFailure()
                .transform(failure ->
                        new StorageException.Corrupt(key + ": " + reason + "; DELETE IT: deleting failed", failure))
                .onItem()
                .transformToUni(deleted -> Uni.createFrom()
                        .failure(new StorageException.Corrupt(key + ": " + reason + "; deleted it again", null)));
    }
}
