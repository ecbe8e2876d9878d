package io.redisvault.storage.s3;

import static software.amazon.awssdk.services.s3.model.ServerSideEncryption.AES256;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * What the storage computed of the content: its MD5, or of an object in parts the MD5 of their MD5s and their number. A
 * tag of another form says nothing, and so does one of an object that is encrypted with keys in KMS.
 */
final class S3EntityTag {

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern MD5_OF_PARTS = Pattern.compile("[0-9a-f]{32}-[0-9]+");

    private final String text;
    private final boolean telling;

    S3EntityTag(String header, ServerSideEncryption encryption) {
        this.text = header == null ? "" : header.replace("\"", "").toLowerCase(Locale.ROOT);
        this.telling = encryption == null || encryption == AES256;
    }

    boolean isMd5() {
        return telling && MD5.matcher(text).matches();
    }

    /** @param md5 of what was sent, in hexadecimal digits */
    boolean disagreesWith(String md5) {
        return isMd5() && !text.equals(md5);
    }

    /** @param md5s of the parts that were sent */
    boolean disagreesWith(List<String> md5s) {
        return telling && MD5_OF_PARTS.matcher(text).matches() && !text.equals(md5OfParts(md5s));
    }

    private static String md5OfParts(List<String> md5s) {
        MessageDigest whole = newMd5();
        md5s.forEach(md5 -> whole.update(HexFormat.of().parseHex(md5)));
        return HexFormat.of().formatHex(whole.digest()) + "-" + md5s.size();
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
