package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * A checksum that the storage has of an object since it was stored, to be compared with the bytes that are read now. For one
 * reading, by one thread at a time.
 */
public final class StoredChecksum {

    /** Instead of the size of parts. */
    public static final long WHOLE = Long.MAX_VALUE;

    private final String name;
    private final String told;
    private final MessageDigest digest;
    private final MessageDigest ofParts;
    private final Function<byte[], String> text;
    private final long partSize;
    private long inPart;
    private int parts;

    /**
     * @param name of the algorithm
     * @param told by the storage
     * @param digests makes new ones
     * @param text of a digest, as the storage writes it
     * @param partSize of each part but the last in bytes, where it is the digest of their digests, with their number
     *     after a hyphen; else {@link #WHOLE}
     */
    public StoredChecksum(
            String name, String told, Supplier<MessageDigest> digests, Function<byte[], String> text, long partSize) {
        this.name = name;
        this.told = told;
        this.digest = digests.get();
        this.ofParts = digests.get();
        this.text = text;
        this.partSize = partSize;
    }

    /** Of all bytes. */
    public static StoredChecksum crc32c(String told) {
        Supplier<MessageDigest> digests = () -> new CrcDigest(new CRC32C());
        return new StoredChecksum("CRC32C", told, digests, Base64.getEncoder()::encodeToString, WHOLE);
    }

    /** Of the algorithm. */
    public String name() {
        return name;
    }

    /** Adds the next bytes; the buffer stays as it is. */
    public void update(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
            int length = (int) Math.min(rest.remaining(), partSize - inPart);
            digest.update(rest.slice(rest.position(), length));
            rest.position(rest.position() + length);
            inPart += length;
            if (inPart == partSize) {
                endPart();
            }
        }
    }

    private void endPart() {
        ofParts.update(digest.digest());
        parts++;
        inPart = 0;
    }

    /** An error text if the bytes are not those that were stored; empty if they are. */
    public Optional<String> difference() {
        String found = partSize == WHOLE ? text.apply(digest.digest()) : ofParts();
        return found.equals(told)
                ? Optional.empty()
                : Optional.of("their %s is %s instead of %s".formatted(name, found, told));
    }

    private String ofParts() {
        if (inPart > 0) {
            endPart();
        }
        return text.apply(ofParts.digest()) + "-" + parts;
    }
}
