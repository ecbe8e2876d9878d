package io.redisvault.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The checksum of LZ4 frames: XXH32 with the seed 0. */
final class XxHash32 {

    private static final int PRIME1 = 0x9e3779b1;
    private static final int PRIME2 = 0x85ebca77;
    private static final int PRIME3 = 0xc2b2ae3d;
    private static final int PRIME4 = 0x27d4eb2f;
    private static final int PRIME5 = 0x165667b1;
    private static final int STRIPE = 16;

    private final ByteBuffer rest = ByteBuffer.allocate(STRIPE).order(ByteOrder.LITTLE_ENDIAN);
    private int a = PRIME1 + PRIME2;
    private int b = PRIME2;
    private int c;
    private int d = -PRIME1;
    private long length;

    static int of(ByteBuffer bytes) {
        XxHash32 hash = new XxHash32();
        hash.update(bytes);
        return hash.value();
    }

    /** Adds the remaining bytes of a buffer, which stays as it is. */
    void update(ByteBuffer bytes) {
        ByteBuffer left = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        length += left.remaining();
        if (rest.position() > 0) {
            Buffers.fill(rest, left);
            if (!rest.hasRemaining()) {
                addStripes(rest.flip());
                rest.clear();
            }
        }
        if (left.remaining() >= STRIPE) {
            addStripes(left);
        }
        Buffers.fill(rest, left);
    }

    private void addStripes(ByteBuffer bytes) {
        int at = bytes.position();
        for (int end = bytes.limit() - STRIPE; at <= end; at += STRIPE) {
            a = round(a, bytes.getInt(at));
            b = round(b, bytes.getInt(at + 4));
            c = round(c, bytes.getInt(at + 8));
            d = round(d, bytes.getInt(at + 12));
        }
        bytes.position(at);
    }

    private static int round(int lane, int word) {
        return Integer.rotateLeft(lane + word * PRIME2, 13) * PRIME1;
    }

    /** The checksum of all bytes so far. */
    int value() {
        int hash = length < STRIPE
                ? PRIME5
                : Integer.rotateLeft(a, 1)
                        + Integer.rotateLeft(b, 7)
                        + Integer.rotateLeft(c, 12)
                        + Integer.rotateLeft(d, 18);
        hash += (int) length;
        ByteBuffer left = rest.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
        while (left.remaining() >= Integer.BYTES) {
            hash = Integer.rotateLeft(hash + left.getInt() * PRIME3, 17) * PRIME4;
        }
        while (left.hasRemaining()) {
            hash = Integer.rotateLeft(hash + (left.get() & 0xff) * PRIME5, 11) * PRIME1;
        }
        hash = (hash ^ hash >>> 15) * PRIME2;
        hash = (hash ^ hash >>> 13) * PRIME3;
        return hash ^ hash >>> 16;
    }
}
