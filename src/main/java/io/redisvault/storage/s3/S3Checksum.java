package io.redisvault.storage.s3;

import io.redisvault.storage.CrcDigest;
import io.redisvault.storage.StoredChecksum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** A checksum that servers compute of what they receive. */
enum S3Checksum {
    CRC32,
    MD5;

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{32}(-[0-9]+)?");

    /** The checksum in an answer; empty if there is none that can be compared with the object's bytes. */
    static Optional<StoredChecksum> told(HeadObjectResponse head, long size) {
        String crc32 = head.checksumCRC32();
        String md5 = md5(head.eTag(), head.serverSideEncryption());
        // Of an object in parts some servers leave the number of these away.
        boolean clear = crc32 != null
                && (crc32.contains("-")
                        || head.checksumType() == ChecksumType.FULL_OBJECT
                        || !String.valueOf(head.eTag()).contains("-"));
        return (clear ? CRC32.told("CRC-32", crc32, size) : Optional.<StoredChecksum>empty())
                .or(() -> MD5.told("MD5 of its ETag", md5, size));
    }

    /** @param sum null if there is none */
    private Optional<StoredChecksum> told(String name, String sum, long length) {
        boolean inParts = sum != null && sum.contains("-");
        long partSize = inParts ? Math.max(1, S3Parts.size(length)) : StoredChecksum.WHOLE;
        // Parts of other sizes than ours are not known.
        boolean comparable = sum != null && (!inParts || sum.endsWith("-" + (length + partSize - 1) / partSize));
        return comparable
                ? Optional.of(new StoredChecksum(name, sum, this::digest, this::text, partSize))
                : Optional.empty();
    }

    byte[] of(ByteBuffer bytes) {
        MessageDigest digest = digest();
        digest.update(bytes);
        return digest.digest();
    }

    private MessageDigest digest() {
        return this == CRC32 ? new CrcDigest(new java.util.zip.CRC32()) : newMd5();
    }

    /** That of an object in parts: of the checksums of these, with their number. */
    String ofParts(List<CompletedPart> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (CompletedPart part : parts) {
            String md5 = md5(part.eTag(), null);
            if (this == CRC32) {
                all.writeBytes(Base64.getDecoder().decode(part.checksumCRC32()));
            } else if (md5 != null && !md5.contains("-")) {
                all.writeBytes(HexFormat.of().parseHex(md5));
            }
        }
        return text(of(ByteBuffer.wrap(all.toByteArray()))) + "-" + parts.size();
    }

    /** As servers answer it. */
    String text(byte[] sum) {
        return this == CRC32 ? base64(sum) : HexFormat.of().formatHex(sum);
    }

    /** As it is in a request. */
    static String base64(byte[] sum) {
        return Base64.getEncoder().encodeToString(sum);
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The MD5 in an ETag, or with a number after a hyphen that of the parts' MD5s; null for a tag of another form, and of an
     * object that is encrypted with keys in KMS.
     */
    static String md5(String tag, ServerSideEncryption encryption) {
        String text = tag == null ? "" : tag.replace("\"", "").toLowerCase(Locale.ROOT);
        boolean telling = encryption == null || encryption == ServerSideEncryption.AES256;
        return telling && DIGITS.matcher(text).matches() ? text : null;
    }
}
