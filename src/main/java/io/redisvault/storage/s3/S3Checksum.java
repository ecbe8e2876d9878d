package io.redisvault.storage.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** A checksum that servers compute of what they receive, written as they write it; in requests it is in Base64. */
enum S3Checksum {
    CRC32("CRC-32") {
        @Override
        byte[] compute(ByteBuffer bytes) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return ByteBuffer.allocate(Integer.BYTES)
                    .putInt((int) crc.getValue())
                    .array();
        }

        @Override
        String text(byte[] sum) {
            return base64(sum);
        }
    },

    MD5("MD5") {
        @Override
        byte[] compute(ByteBuffer bytes) {
            MessageDigest md5 = newMd5();
            md5.update(bytes);
            return md5.digest();
        }

        @Override
        String text(byte[] sum) {
            return HexFormat.of().formatHex(sum);
        }
    };

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{32}(-[0-9]+)?");

    private final String title;

    S3Checksum(String title) {
        this.title = title;
    }

    abstract byte[] compute(ByteBuffer bytes);

    abstract String text(byte[] sum);

    /** That of an object in parts: of the sums of these, with their number. */
    String ofParts(List<byte[]> sums) {
        int length = sums.get(0).length;
        ByteBuffer all = ByteBuffer.allocate(sums.size() * length);
        sums.forEach(all::put);
        return text(compute(all.flip())) + "-" + sums.size();
    }

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
     * The MD5 in an ETag, with the number of parts if it was made of theirs; empty for a tag of another form, and of an object
     * that is encrypted with keys in KMS.
     */
    static Optional<String> md5(String tag, ServerSideEncryption encryption) {
        return Optional.ofNullable(tag)
                .map(text -> text.replace("\"", "").toLowerCase(Locale.ROOT))
                .filter(text -> DIGITS.matcher(text).matches())
                .filter(text -> encryption == null || encryption == ServerSideEncryption.AES256);
    }

    @Override
    public String toString() {
        return title;
    }
}
