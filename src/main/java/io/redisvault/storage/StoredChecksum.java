package io.redisvault.storage;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The storage's checksum of an object, to compare with the bytes of one read. Not for several threads. */
public final class StoredChecksum {

    /** Part size of a checksum that covers all bytes at once. */
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
     * @param told the storage's checksum
     * @param digests makes digests of the algorithm
     * @param text formats a digest as the storage does
     * @param partSize in bytes, of all parts but the last, if the checksum is the digest of the parts' digests followed
     *     by a hyphen and their number; else {@link #WHOLE}
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

    /** @param told the storage's CRC32C of all bytes, in Base64 */
    public static StoredChecksum crc32c(String told) {
        Supplier<MessageDigest> digests = () -> new Crc(new CRC32C());
        return new StoredChecksum("CRC32C", told, digests, Base64.getEncoder()::encodeToString, WHOLE);
    }

    public String name() {
        return name;
    }

    /** Adds the next bytes; does not change the buffer. */
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

    /** Compares the checksums after the last byte: empty if they are equal, else an error text. */
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

    /** Returns a CRC as Amazon and Google write it: its four bytes in Base64. */
    public static String text(Checksum crc) {
        return Base64.getEncoder().encodeToString(Crc.bytes(crc));
    }

    /** A 32-bit CRC as a {@link MessageDigest} of four bytes, so that CRCs and MD5 are used alike. */
    public static final class Crc extends MessageDigest {
        private final Checksum crc;

        public Crc(Checksum crc) {
            super("CRC");
            this.crc = crc;
        }

        private static byte[] bytes(Checksum crc) {
            return ByteBuffer.allocate(Integer.BYTES)
                    .putInt((int) crc.getValue())
                    .array();
        }

        @Override
        protected void engineUpdate(byte input) {
            crc.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            crc.update(input, offset, length);
        }

        @Override
        protected void engineUpdate(ByteBuffer input) {
            crc.update(input);
        }

        @Override
        protected byte[] engineDigest() {
            byte[] digest = bytes(crc);
            crc.reset();
            return digest;
        }

        @Override
        protected void engineReset() {
            crc.reset();
        }
    }
}
