package io.redisvault.storage.s3;

import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.Uni;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * A bucket, how to speak to it, how to write to it, and what was learned of its server.
 *
 * @param refusesToReplace whether the server can keep an object that is there, as far as known
 * @param tagsAreMd5s whether all ETags were, so far
 */
record S3Bucket(
        S3AsyncClient client,
        String name,
        S3Options options,
        S3Errors errors,
        S3Buffers buffers,
        AtomicBoolean refusesToReplace,
        AtomicBoolean tagsAreMd5s) {

    private static final Logger LOG = Logger.getLogger(S3Bucket.class);

    S3Bucket(S3AsyncClient client, String name, S3Options options, S3Errors errors) {
        this(
                client,
                name,
                options,
                errors,
                new S3Buffers(),
                new AtomicBoolean(options.conditionalWrites()),
                new AtomicBoolean(true));
    }

    void doWithoutConditions(Throwable refusal) {
        LOG.warnf(
                "%s; the server lacks conditional writes, from now on each write is preceded by a look",
                refusal.getMessage());
        refusesToReplace.set(false);
    }

    void warnOfTag(String key, S3EntityTag tag) {
        if (tagsAreMd5s.getAndSet(false)) {
            LOG.warnf(
                    "the server gave %s the ETag %s, which is not made of MD5s as S3's are; other checks have to do",
                    key, tag);
        }
    }

    Uni<StoredObject> head(String key) {
        return errors.quickRequest(
                        "s3:GetObject",
                        () -> client.headObject(request -> request.bucket(name).key(key)))
                // What would answer in words says it better.
                .onFailure(S3Errors::isMute)
                .recoverWithUni(mute -> probe().chain(() -> Uni.createFrom().failure(mute)))
                .map(head -> new StoredObject(key, head.contentLength(), head.metadata()));
    }

    /** Fails if the bucket does not answer, or may not be listed. */
    Uni<Void> probe() {
        return errors.probe(
                        "s3:ListBucket",
                        () -> client.listObjectsV2(
                                request -> request.bucket(name).maxKeys(1)))
                .replaceWithVoid();
    }

    Uni<Void> requireFree(String key) {
        return head(key)
                .onItem()
                .<Void>transformToUni(found -> Uni.createFrom()
                        .failure(new StorageException.AlreadyExists("s3://" + name + "/" + key + " exists", null)))
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    /** Of what is stored, in hexadecimal digits. */
    Uni<String> md5(String key) {
        return errors.request(
                        "s3:GetObject",
                        () -> client.getObject(request -> request.bucket(name).key(key), new S3ObjectBytes()))
                .onItem()
                .transformToMulti(bytes -> bytes)
                .onFailure()
                .transform(failure -> errors.translate("s3:GetObject", failure))
                .collect()
                .in(S3EntityTag::newMd5, MessageDigest::update)
                .map(md5 -> HexFormat.of().formatHex(md5.digest()));
    }

    /** A missing object counts as deleted. */
    Uni<Void> delete(String key) {
        return errors.quickRequest(
                        "s3:DeleteObject",
                        () -> client.deleteObject(
                                request -> request.bucket(name).key(key)))
                .replaceWithVoid()
                .onFailure(S3Errors::isMissingObject)
                .recoverWithNull();
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

    /** Yields false if there is no such upload. */
    Uni<Boolean> abort(String key, String uploadId) {
        return errors.quickRequest(
                        "s3:AbortMultipartUpload",
                        () -> client.abortMultipartUpload(
                                request -> request.bucket(name).key(key).uploadId(uploadId)))
                .map(response -> true)
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(false);
    }
}
