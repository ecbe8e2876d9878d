package io.redisvault.storage.s3;

import static io.redisvault.storage.s3.S3Checksum.CRC32;
import static io.redisvault.storage.s3.S3Checksum.MD5;

import io.redisvault.storage.Content;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** One object on its way into the bucket: by one request if it fits one part, else in parts, two at a time. */
final class S3Upload {

    private static final String PERMISSION = "s3:PutObject";
    private static final String TYPE = "application/octet-stream";

    /** @param checksum the CRC-32 if the server compares that of each part, else the MD5 */
    private record Begun(String id, S3Checksum checksum) {}

    /** @param sum of the kind that the upload has */
    private record Sent(int number, String tag, byte[] sum) {}

    private static final Logger LOG = Logger.getLogger(S3Upload.class);

    private final S3Writing writing;
    private final S3Bucket bucket;
    private final S3Options options;
    private final String key;
    private final Map<String, String> metadata;
    private final S3Parts parts;
    private final Uni<Begun> begun;
    private volatile boolean inParts;
    private volatile boolean over;

    S3Upload(S3Writing writing, String key, Content content, Map<String, String> metadata) {
        this.writing = writing;
        this.bucket = writing.bucket();
        this.options = writing.options();
        this.key = key;
        this.metadata = metadata;
        this.parts = new S3Parts(key, content, writing.buffers());
        // Some servers ignore headers that they do not know, some refuse them.
        this.begun = begin(ChecksumAlgorithm.CRC32)
                .onFailure(S3Failure::isMisunderstood)
                .recoverWithUni(() -> begin(null))
                .memoize()
                .indefinitely();
    }

    Uni<StoredObject> run() {
        return parts.all()
                .onItem()
                .transformToUni(part -> (part.isWhole() ? sendWhole(part) : sendPart(part))
                        .onTermination()
                        .invoke(() -> writing.buffers().giveBack(part.buffer())))
                .merge(parts.inFlight())
                .collect()
                .asList()
                .chain(sent -> inParts ? complete(sent) : Uni.createFrom().voidItem())
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
        return new StoredObject(key, parts.length(), metadata);
    }

    private Uni<Sent> sendWhole(S3Part part) {
        byte[] md5 = part.sum(MD5);
        return writing.publish(
                        object(),
                        false,
                        (s3, ifNoneMatch) -> s3.putObject(
                                request -> options.apply(request)
                                        .bucket(bucket.name())
                                        .key(key)
                                        .metadata(metadata)
                                        .contentType(TYPE)
                                        .contentMD5(S3Checksum.base64(md5))
                                        .ifNoneMatch(ifNoneMatch),
                                part.body()))
                .onItem()
                .ifNotNull()
                .transformToUni(response -> compare(MD5.text(md5), response))
                .replaceWith(() -> new Sent(1, "", md5));
    }

    /** Servers that ignore the MD5 that they are sent still compute a tag, but not always of the MD5. */
    private Uni<Void> compare(String md5, PutObjectResponse response) {
        Optional<String> computed = S3Checksum.md5(response.eTag(), response.serverSideEncryption())
                .filter(tag -> !tag.contains("-") && !tag.equals(md5));
        if (computed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return bucket.read(key, 0, parts.length())
                .collect()
                .in(S3Checksum::newMd5, MessageDigest::update)
                .map(stored -> MD5.text(stored.digest()))
                .onFailure()
                .transform(failure -> new StorageException.Corrupt(
                        key + ": the storage computed the MD5 " + computed.get() + ", but " + md5
                                + " was sent; reading it back failed: " + failure.getMessage(),
                        failure))
                .chain(stored -> {
                    if (stored.equals(md5)) {
                        writing.warnOfTag(key, computed.get());
                        return Uni.createFrom().voidItem();
                    }
                    return writing.discard(key, "the storage has the MD5 " + stored + ", but " + md5 + " was sent");
                });
    }

    private Uni<Begun> begin(ChecksumAlgorithm checksum) {
        return bucket.quickRequest(
                        PERMISSION,
                        s3 -> s3.createMultipartUpload(request -> options.apply(request)
                                .bucket(bucket.name())
                                .key(key)
                                .metadata(metadata)
                                .contentType(TYPE)
                                .checksumAlgorithm(checksum)))
                // The answer of a server that will compare them says so.
                .map(response -> new Begun(
                        response.uploadId(),
                        checksum != null && response.checksumAlgorithm() == checksum ? CRC32 : MD5));
    }

    private Uni<Sent> sendPart(S3Part part) {
        inParts = true;
        return begun.chain(upload -> {
            byte[] sum = part.sum(upload.checksum());
            String text = S3Checksum.base64(sum);
            boolean crc32 = upload.checksum() == CRC32;
            return bucket.request(
                            PERMISSION,
                            s3 -> over
                                    ? new CompletableFuture<>()
                                    : s3.uploadPart(
                                            request -> request.bucket(bucket.name())
                                                    .key(key)
                                                    .uploadId(upload.id())
                                                    .partNumber(part.number())
                                                    // A bucket with Object Lock wants one of the two.
                                                    .checksumCRC32(crc32 ? text : null)
                                                    .contentMD5(crc32 ? null : text),
                                            part.body()))
                    .invoke(response -> check(part, upload.checksum(), sum, response))
                    .map(response -> new Sent(part.number(), response.eTag(), sum));
        });
    }

    private void check(S3Part part, S3Checksum checksum, byte[] sum, UploadPartResponse response) {
        if (checksum == CRC32 && response.checksumCRC32() != null) {
            require(part, CRC32, response.checksumCRC32(), sum);
            return;
        }
        S3Checksum.md5(response.eTag(), response.serverSideEncryption())
                .filter(tag -> !tag.contains("-"))
                .ifPresentOrElse(
                        tag -> require(part, MD5, tag, checksum == MD5 ? sum : part.sum(MD5)),
                        () -> writing.warnOfTag(key, response.eTag()));
    }

    private void require(S3Part part, S3Checksum checksum, String computed, byte[] sent) {
        if (!computed.equals(checksum.text(sent))) {
            throw new StorageException.Corrupt(
                    key + ": the storage computed the " + checksum + " " + computed + " for part " + part.number()
                            + ", but " + checksum.text(sent) + " was sent",
                    null);
        }
    }

    /** Some servers ignore the condition when an upload is completed: the look before narrows the gap to one request. */
    private Uni<Void> complete(List<Sent> sent) {
        List<Sent> inOrder =
                sent.stream().sorted(Comparator.comparing(Sent::number)).toList();
        return begun.chain(upload -> writing.publish(
                        object(),
                        true,
                        (s3, ifNoneMatch) -> s3.completeMultipartUpload(request -> request.bucket(bucket.name())
                                .key(key)
                                .uploadId(upload.id())
                                .ifNoneMatch(ifNoneMatch)
                                .multipartUpload(whole -> whole.parts(inOrder.stream()
                                        .map(part -> completed(part, upload.checksum()))
                                        .toList()))))
                .onItem()
                .ifNotNull()
                .transformToUni(response -> compare(
                        upload.checksum(), inOrder.stream().map(Sent::sum).toList(), response)));
    }

    private static CompletedPart completed(Sent part, S3Checksum checksum) {
        return CompletedPart.builder()
                .partNumber(part.number())
                .eTag(part.tag())
                .checksumCRC32(checksum == CRC32 ? S3Checksum.base64(part.sum()) : null)
                .build();
    }

    private Uni<Void> compare(S3Checksum checksum, List<byte[]> sums, CompleteMultipartUploadResponse response) {
        Optional<String> computed = checksum == CRC32
                ? Optional.ofNullable(response.checksumCRC32())
                : S3Checksum.md5(response.eTag(), response.serverSideEncryption());
        // Without their number it is that of all bytes, and says nothing of parts.
        String other = computed.filter(text -> text.contains("-") && !text.equals(checksum.ofParts(sums)))
                .orElse(null);
        if (other == null) {
            return Uni.createFrom().voidItem();
        }
        if (checksum == CRC32) {
            return writing.discard(key, "the storage computed " + other + " of its parts, which are others");
        }
        // Each part was compared; a server may compute the tag of the whole in a way of its own.
        writing.warnOfTag(key, other);
        return bucket.head(key)
                .chain(found -> found.size() == parts.length()
                        ? Uni.createFrom().voidItem()
                        : writing.discard(key, "the storage has " + found.size() + " bytes of " + parts.length()));
    }

    /** Best effort: what remains is an incomplete upload, to be removed by a later run. */
    private Uni<Void> abort() {
        over = true;
        return inParts
                ? begun.onFailure()
                        .recoverWithNull()
                        .onItem()
                        .ifNotNull()
                        .transformToUni(upload -> bucket.abort(key, upload.id()))
                        .onFailure()
                        .invoke(failure -> LOG.warnf(
                                "could not abort the incomplete upload of %s, a later run will: %s",
                                key, failure.getMessage()))
                        .onFailure()
                        .recoverWithNull()
                        .replaceWithVoid()
                : Uni.createFrom().voidItem();
    }
}
