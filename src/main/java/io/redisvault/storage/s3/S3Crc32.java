package io.redisvault.storage.s3;

import io.redisvault.storage.CrcText;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/** The CRC-32 of a whole, as S3 computes it. */
final class S3Crc32 {

    private S3Crc32() {}

    /**
     * Whether a storage that computed this had other parts: the CRC-32 of their CRC-32s, and their number. Without a number it
     * is that of all bytes, and says nothing of parts.
     */
    static boolean disagrees(String whole, List<String> parts) {
        CRC32 expected = new CRC32();
        parts.forEach(part -> expected.update(Base64.getDecoder().decode(part)));
        return whole != null && whole.contains("-") && !whole.equals(CrcText.of(expected) + "-" + parts.size());
    }
}
