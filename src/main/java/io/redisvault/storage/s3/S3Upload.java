package io.redisvault.storage.s3;

import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** One object on its way into the bucket: by one request if it fits one part, else in parts, two at a time. */
final class S3Upload {

    /** @param checksums whether the server compares the CRC-32 of each part */
    private record Begun(String id, boolean checksums) {}

    /** @param checksum its CRC-32, or its MD5 if the server compares no checksums */
    private record Sent(int number, String tag, String checksum) {}

    private static final Logger LOG = Logger.getLogger(S3Upload.class);

    private final S3Bucket bucket;
    private final S3AsyncClient client;
    private final S3Errors errors;
    private final String key;
    private final Map<String, String> metadata;
    private final S3Parts parts;
    private CompletableFuture<Begun> begun;
    private volatile boolean over;

    S3Upload(S3Bucket bucket, String key, Content content, Map<String, String> metadata) {
        this.bucket = bucket;
        this.client = bucket.client();
        this.errors = bucket.errors();
        this.key = key;
        this.metadata = metadata;
        this.parts = new S3Parts(key, content, bucket.buffers());
    }

    Uni<StoredObject> run() {
        return parts.all()
                .onItem()
                .transformToUni(part ->
                        send(part).onTermination().invoke(() -> bucket.buffers().giveBack(part.buffer())))
                .merge(parts.inFlight())
                .collect()
                .asList()
                .chain(this::finish)
                .invoke(bucket.buffers()::freeSoon)
                .map(done -> object())
                .onFailure(CompositeException.class)
                .transform(failures -> failures.getCauses().get(0))
                .onFailure()
                .call(this::abort)
                .onCancellation()
                .invoke(() -> abort().subscribe().with(done -> {}));
    }

    private StoredObject object() {
        return new StoredObject(key, parts.length(), metadata);
    }

    private S3Publication publication() {
        return new S3Publication(bucket, object());
    }

    private Uni<Sent> send(S3Part part) {
        return part.isWhole() ? sendWhole(part) : begun().chain(upload -> sendPart(upload, part));
    }

    private Uni<Sent> sendWhole(S3Part part) {
        String md5 = part.md5();
        return publication()
                .run(
                        false,
                        conditional -> client.putObject(
                                request -> bucket.options()
                                        .apply(request)
                                        .bucket(bucket.name())
                                        .key(key)
                                        .metadata(metadata)
                                        .contentType("application/octet-stream")
                                        .contentMD5(base64(md5))
                                        .ifNoneMatch(conditional ? "*" : null),
                                part.body()))
                .chain(response -> response == null
                        ? Uni.createFrom().voidItem()
                        : compare(md5, new S3EntityTag(response.eTag(), response.serverSideEncryption())))
                .replaceWith(() -> new Sent(1, "", md5));
    }

    /** Servers that ignore the MD5 that they are sent still compute a tag, but not always of the MD5. */
    private Uni<Void> compare(String md5, S3EntityTag tag) {
        if (!tag.disagreesWith(md5)) {
            return Uni.createFrom().voidItem();
        }
        return bucket.md5(key)
                .onFailure()
                .transform(failure -> new StorageException.Corrupt(
                        key + ": the storage computed the MD5 " + tag + ", but " + md5
                                + " was sent; reading it back failed: " + failure.getMessage(),
                        failure))
                .chain(stored -> {
                    if (stored.equals(md5)) {
                        bucket.warnOfTag(key, tag);
                        return Uni.createFrom().voidItem();
                    }
                    return bucket.discard(key, "the storage has the MD5 " + stored + ", but " + md5 + " was sent");
                });
    }

    private Uni<Begun> begun() {
        return Uni.createFrom().completionStage(() -> {
            synchronized (this) {
                if (begun == null) {
                    // Some servers ignore headers that they do not know, some refuse them.
                    begun = begin(ChecksumAlgorithm.CRC32)
                            .onFailure(S3Errors::isMisunderstood)
                            .recoverWithUni(() -> begin(null))
                            .subscribeAsCompletionStage();
                }
                return begun.copy();
            }
        });
    }

    private Uni<Begun> begin(ChecksumAlgorithm checksums) {
        return errors.quickRequest(
                        "s3:PutObject",
                        () -> client.createMultipartUpload(request -> bucket.options()
                                .apply(request)
                                .bucket(bucket.name())
                                .key(key)
                                .metadata(metadata)
                                .contentType("application/octet-stream")
                                .checksumAlgorithm(checksums)))
                // The answer of a server that will compare them says so.
                .map(response -> new Begun(
                        response.uploadId(),
                        checksums != null && response.checksumAlgorithm() == ChecksumAlgorithm.CRC32));
    }

    private Uni<Sent> sendPart(Begun upload, S3Part part) {
        // A bucket with Object Lock wants one of the two.
        String crc32 = upload.checksums() ? part.crc32() : null;
        String md5 = upload.checksums() ? null : part.md5();
        return errors.request(
                        "s3:PutObject",
                        () -> over
                                ? new CompletableFuture<>()
                                : client.uploadPart(
                                        request -> request.bucket(bucket.name())
                                                .key(key)
                                                .uploadId(upload.id())
                                                .partNumber(part.number())
                                                .checksumCRC32(crc32)
                                                .contentMD5(md5 == null ? null : base64(md5)),
                                        part.body()))
                .invoke(response -> check(part, crc32, md5, response))
                .map(response -> new Sent(part.number(), response.eTag(), crc32 == null ? md5 : crc32));
    }

    private void check(S3Part part, String crc32, String md5, UploadPartResponse response) {
        String answered = response.checksumCRC32();
        if (crc32 != null && answered != null) {
            require(crc32.equals(answered), "CRC-32", answered, crc32, part);
            return;
        }
        S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
        if (tag.isMd5()) {
            String sent = md5 == null ? part.md5() : md5;
            require(!tag.disagreesWith(sent), "MD5", tag.toString(), sent, part);
        } else {
            bucket.warnOfTag(key, tag);
        }
    }

    private void require(boolean same, String sum, String computed, String sent, S3Part part) {
        if (!same) {
            throw new StorageException.Corrupt(
                    key + ": the storage computed the " + sum + " " + computed + " for part " + part.number() + ", but "
                            + sent + " was sent",
                    null);
        }
    }

    /** Some servers ignore the condition when an upload is completed: the look before narrows the gap to one request. */
    private Uni<Void> finish(List<Sent> sent) {
        if (begun == null) {
            return Uni.createFrom().voidItem();
        }
        List<Sent> inOrder =
                sent.stream().sorted(Comparator.comparing(Sent::number)).toList();
        return begun().chain(upload -> publication()
                .run(
                        true,
                        conditional -> client.completeMultipartUpload(request -> request.bucket(bucket.name())
                                .key(key)
                                .uploadId(upload.id())
                                .ifNoneMatch(conditional ? "*" : null)
                                .multipartUpload(parts -> parts.parts(inOrder.stream()
                                        .map(part -> CompletedPart.builder()
                                                .partNumber(part.number())
                                                .eTag(part.tag())
                                                .checksumCRC32(upload.checksums() ? part.checksum() : null)
                                                .build())
                                        .toList()))))
                .chain(response -> response == null
                        ? Uni.createFrom().voidItem()
                        : compare(inOrder.stream().map(Sent::checksum).toList(), upload, response)));
    }

    private Uni<Void> compare(List<String> sums, Begun upload, CompleteMultipartUploadResponse response) {
        if (upload.checksums()) {
            return S3Crc32.disagrees(response.checksumCRC32(), sums)
                    ? bucket.discard(
                            key, "the storage computed " + response.checksumCRC32() + " of its parts, which are others")
                    : Uni.createFrom().voidItem();
        }
        S3EntityTag tag = new S3EntityTag(response.eTag(), response.serverSideEncryption());
        if (!tag.disagreesWith(sums)) {
            return Uni.createFrom().voidItem();
        }
        // Each part was compared; a server may compute the tag of the whole in a way of its own.
        bucket.warnOfTag(key, tag);
        return bucket.head(key)
                .chain(found -> found.size() == parts.length()
                        ? Uni.createFrom().voidItem()
                        : bucket.discard(key, "the storage has " + found.size() + " bytes of " + parts.length()));
    }

    /** Best effort: what remains is an incomplete upload, to be removed by a later run. */
    private synchronized Uni<Void> abort() {
        over = true;
        if (begun == null) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(begun::copy)
                .onFailure()
                .recoverWithNull()
                .chain(upload -> upload == null ? Uni.createFrom().nullItem() : bucket.abort(key, upload.id()))
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        "could not abort the incomplete upload of %s, a later run will: %s", key, failure.getMessage()))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
}
