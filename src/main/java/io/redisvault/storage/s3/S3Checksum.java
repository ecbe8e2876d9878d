package io.redisvault.storage.s3;

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

/** A checksum that servers compute of the bytes they receive. */
enum S3Checksum {
    CRC32,
    MD5;

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{32}(-[0-9]+)?");

    /** Returns the checksum in an answer; empty if there is none that can be compared with the object's bytes. */
    static Optional<StoredChecksum> told(HeadObjectResponse head, long size) {
        String crc32 = head.checksumCRC32();
        String md5 = md5(head.eTag(), head.serverSideEncryption());
        // Some servers omit the number of parts, so the checksum of an object in parts looks like one of all bytes.
        boolean clear = crc32 != null
                && (crc32.contains("-")
                        || head.checksumType() == ChecksumType.FULL_OBJECT
                        || !String.valueOf(head.eTag()).contains("-"));
        return (clear ? CRC32.told("CRC-32", crc32, size) : Optional.<StoredChecksum>empty())
                .or(() -> MD5.told("MD5 of its ETag", md5, size));
    }

    /** @param sum null if the server sent none */
    private Optional<StoredChecksum> told(String name, String sum, long length) {
        boolean inParts = sum != null && sum.contains("-");
        long partSize = inParts ? Math.max(1, S3Parts.size(length)) : StoredChecksum.WHOLE;
        // Only objects with parts of our own size can be compared.
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
        return this == CRC32 ? new StoredChecksum.Crc(new java.util.zip.CRC32()) : newMd5();
    }

    /** Returns the checksum of an object in parts: the checksum of the parts' checksums, and their number. */
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

    /** Formats a checksum as servers do in answers. */
    String text(byte[] sum) {
        return this == CRC32 ? base64(sum) : HexFormat.of().formatHex(sum);
    }

    /** Formats a checksum as requests need it. */
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
     * Returns the MD5 in an ETag; for an object in parts that is the MD5 of their MD5s, a hyphen and their number. Null
     * if the ETag has another form, or if the object is encrypted with KMS, when the ETag is no MD5.
     */
    static String md5(String tag, ServerSideEncryption encryption) {
        String text = tag == null ? "" : tag.replace("\"", "").toLowerCase(Locale.ROOT);
        boolean telling = encryption == null || encryption == ServerSideEncryption.AES256;
        return telling && DIGITS.matcher(text).matches() ? text : null;
    }
}
