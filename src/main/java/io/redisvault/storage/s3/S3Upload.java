package io.redisvault.storage.s3;

import static io.redisvault.storage.s3.S3Checksum.CRC32;
import static io.redisvault.storage.s3.S3Checksum.MD5;

import io.redisvault.storage.Blocking;
import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.s3.S3Parts.Part;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Uploads one object: in one request if it fits into one part, else in parts, mostly two at a time. */
final class S3Upload {

    private static final String PERMISSION = "s3:PutObject";
    private static final String TYPE = "application/octet-stream";

    private static final Logger LOG = Logger.getLogger(S3Upload.class);

    private final S3Writing writing;
    private final S3Bucket bucket;
    private final S3Writing.Options options;
    private final String key;
    private final Map<String, String> metadata;
    private final Content content;
    private final Uni<CreateMultipartUploadResponse> begun;
    private final CompletableFuture<List<CompletedPart>> contentFailure = new CompletableFuture<>();
    private long length;
    private volatile boolean inParts;
    private volatile boolean aborted;

    S3Upload(S3Writing writing, String key, Content content, Map<String, String> metadata) {
        this.writing = writing;
        this.bucket = writing.bucket();
        this.options = writing.options();
        this.key = key;
        this.metadata = metadata;
        this.content = new Content(
                content.bytes().onFailure().invoke(contentFailure::completeExceptionally),
                content.limit(),
                content.exact());
        // Some servers ignore unknown headers, others refuse them.
        this.begun = begin(ChecksumAlgorithm.CRC32)
                .onFailure(S3Failure::isMisunderstood)
                .recoverWithUni(() -> begin(null))
                .memoize()
                .indefinitely();
    }

    /** A failure of the content ends the upload at once, even while no part is being filled. */
    Uni<StoredObject> run() {
        Uni<List<CompletedPart>> parts = Blocking.stream(
                        () -> new S3Parts(key, content, writing.buffers()), Infrastructure.getDefaultWorkerPool())
                .invoke(part -> length += part.buffer().readableBytes())
                .onItem()
                .transformToUni(part -> (part.isWhole() ? sendWhole(part) : sendPart(part))
                        .onTermination()
                        .invoke(() -> writing.buffers().giveBack(part.buffer())))
                .merge(S3Parts.inFlight(content.limit()))
                .collect()
                .asList();
        return Uni.join()
                .first(parts, Uni.createFrom().completionStage(contentFailure))
                .toTerminate()
                .chain(sent -> inParts ? complete(sent) : nothing())
                .invoke(writing.buffers()::freeSoon)
                .map(done -> object())
                .onFailure(CompositeException.class)
                .transform(failures -> failures.getCauses().get(0))
                .onFailure()
                .call(this::abort)
                .onCancellation()
                .invoke(() -> abort().subscribe().with(done -> {}));
    }

    private StoredObject object() {
        return new StoredObject(key, length, metadata);
    }

    /** Yields null: there is no upload to complete. */
    private Uni<CompletedPart> sendWhole(Part part) {
        byte[] md5 = part.checksum(MD5);
        return writing.publish(
                        object(),
                        false,
                        (s3, ifNoneMatch) -> s3.putObject(
                                request -> request.serverSideEncryption(
                                                options.encryption().orElse(null))
                                        .ssekmsKeyId(options.kmsKey().orElse(null))
                                        .storageClass(options.storageClass().orElse(null))
                                        .bucket(bucket.name())
                                        .key(key)
                                        .metadata(metadata)
                                        .contentType(TYPE)
                                        .contentMD5(S3Checksum.base64(md5))
                                        .ifNoneMatch(ifNoneMatch),
                                part.body()))
                .chain(response -> response == null ? nothing() : compare(MD5.text(md5), response))
                .chain(Uni.createFrom()::nullItem);
    }

    /** Reads the object back if its ETag differs: the server may ignore our MD5, or use other ETags. */
    private Uni<Void> compare(String md5, PutObjectResponse response) {
        String computed = S3Checksum.md5(response.eTag(), response.serverSideEncryption());
        if (computed == null || computed.contains("-") || computed.equals(md5)) {
            return nothing();
        }
        return bucket.read(key, 0, length)
                .collect()
                .in(S3Checksum::newMd5, MessageDigest::update)
                .map(stored -> MD5.text(stored.digest()))
                .onFailure()
                .transform(failure -> new StorageException.Corrupt(
                        key + ": the storage computed the MD5 " + computed + ", but " + md5
                                + " was sent; reading it back failed: " + failure.getMessage(),
                        failure))
                .chain(stored -> stored.equals(md5)
                        ? nothing().invoke(() -> writing.warnOfTag(key, computed))
                        : writing.discard(key, "the storage has the MD5 " + stored + ", but " + md5 + " was sent"));
    }

    private Uni<CreateMultipartUploadResponse> begin(ChecksumAlgorithm checksum) {
        return bucket.quickRequest(
                PERMISSION,
                s3 -> s3.createMultipartUpload(request -> request.serverSideEncryption(
                                options.encryption().orElse(null))
                        .ssekmsKeyId(options.kmsKey().orElse(null))
                        .storageClass(options.storageClass().orElse(null))
                        .bucket(bucket.name())
                        .key(key)
                        .metadata(metadata)
                        .contentType(TYPE)
                        .checksumAlgorithm(checksum)));
    }

    /** A server that checks the CRC-32 of each part says so when the upload begins. */
    private static S3Checksum checksum(CreateMultipartUploadResponse upload) {
        return upload.checksumAlgorithm() == ChecksumAlgorithm.CRC32 ? CRC32 : MD5;
    }

    private Uni<CompletedPart> sendPart(Part part) {
        inParts = true;
        return begun.chain(upload -> {
            S3Checksum checksum = checksum(upload);
            byte[] sum = part.checksum(checksum);
            // A bucket with Object Lock requires one of the two.
            String crc32 = checksum == CRC32 ? S3Checksum.base64(sum) : null;
            String md5 = checksum == MD5 ? S3Checksum.base64(sum) : null;
            return bucket.request(
                            PERMISSION,
                            s3 -> aborted
                                    ? new CompletableFuture<>()
                                    : s3.uploadPart(
                                            request -> request.bucket(bucket.name())
                                                    .key(key)
                                                    .uploadId(upload.uploadId())
                                                    .partNumber(part.number())
                                                    .checksumCRC32(crc32)
                                                    .contentMD5(md5),
                                            part.body()))
                    .invoke(response -> check(part, checksum, sum, response))
                    .map(response -> CompletedPart.builder()
                            .partNumber(part.number())
                            .eTag(response.eTag())
                            .checksumCRC32(crc32)
                            .build());
        });
    }

    private void check(Part part, S3Checksum checksum, byte[] sum, UploadPartResponse response) {
        String md5 = S3Checksum.md5(response.eTag(), response.serverSideEncryption());
        if (checksum == CRC32 && response.checksumCRC32() != null) {
            require(part, CRC32, response.checksumCRC32(), sum);
        } else if (md5 == null || md5.contains("-")) {
            writing.warnOfTag(key, response.eTag());
        } else {
            require(part, MD5, md5, checksum == MD5 ? sum : part.checksum(MD5));
        }
    }

    private void require(Part part, S3Checksum checksum, String computed, byte[] sent) {
        if (!computed.equals(checksum.text(sent))) {
            throw new StorageException.Corrupt(
                    key + ": the storage computed the " + (checksum == MD5 ? "MD5 " : "CRC-32 ") + computed
                            + " for part " + part.number() + ", but " + checksum.text(sent) + " was sent",
                    null);
        }
    }

    /** Some servers ignore the condition here, so the key is checked right before: a gap of one request. */
    private Uni<Void> complete(List<CompletedPart> sent) {
        List<CompletedPart> inOrder = sent.stream()
                .sorted(Comparator.comparing(CompletedPart::partNumber))
                .toList();
        return begun.chain(upload -> writing.publish(
                        object(),
                        true,
                        (s3, ifNoneMatch) -> s3.completeMultipartUpload(request -> request.bucket(bucket.name())
                                .key(key)
                                .uploadId(upload.uploadId())
                                .ifNoneMatch(ifNoneMatch)
                                .multipartUpload(whole -> whole.parts(inOrder))))
                .chain(response -> response == null ? nothing() : compare(checksum(upload), inOrder, response)));
    }

    private Uni<Void> compare(S3Checksum checksum, List<CompletedPart> sent, CompleteMultipartUploadResponse response) {
        String computed = checksum == CRC32
                ? response.checksumCRC32()
                : S3Checksum.md5(response.eTag(), response.serverSideEncryption());
        // Without the number of parts it is a checksum of all bytes, which was not computed here.
        if (computed == null || !computed.contains("-") || computed.equals(checksum.ofParts(sent))) {
            return nothing();
        }
        if (checksum == CRC32) {
            return writing.discard(key, "the storage computed " + computed + " of its parts, which are others");
        }
        // Each part was compared already, and servers may compute the ETag of the whole differently.
        writing.warnOfTag(key, computed);
        return bucket.head(key)
                .chain(found -> found.size() == length
                        ? nothing()
                        : writing.discard(key, "the storage has " + found.size() + " bytes of " + length));
    }

    /** Aborts the upload, if possible; otherwise a later run removes it. */
    private Uni<Void> abort() {
        aborted = true;
        if (!inParts) {
            return nothing();
        }
        return begun.onFailure()
                .recoverWithNull()
                .chain(upload -> upload == null
                        ? nothing()
                        : bucket.abort(key, upload.uploadId()).replaceWithVoid())
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.warnf(
                            "could not abort the incomplete upload of %s, a later run will: %s",
                            key, failure.getMessage());
                    return null;
                });
    }

    private static Uni<Void> nothing() {
        return Uni.createFrom().voidItem();
    }
}
