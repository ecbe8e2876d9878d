package io.redisvault.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {

    /** One for all, so that what one sum leaves behind must not count in the next. */
    private final Crc64 sum = new Crc64();

    @Test
    void hasTheCheckValueThatRedisDocuments() {
        assertThat(sum.update(0, ByteBuffer.wrap("123456789".getBytes(US_ASCII))))
                .isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void ofNothingIsWhatItWas() {
        assertThat(sum.update(0x1234, ByteBuffer.allocate(0))).isEqualTo(0x1234);
    }

    @Test
    void ofManyPiecesInAnyKindOfBufferIsTheSumOfTheWholeBitByBit() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            long crc = 0;
            for (int at = 0; at < bytes.length; ) {
                int length = 1 + random.nextInt(Math.min(bytes.length - at, 1 + random.nextInt(200)));
                crc = sum.update(crc, piece(bytes, at, length, random.nextInt(4)));
                at += length;
            }
            assertThat(crc).isEqualTo(bitByBit(bytes));
        }
    }

    @Test
    void ofLongPiecesIsTheSumOfTheWholeBitByBit() {
        Random random = new Random(2);
        for (int length : new int[] {7_679, 7_680, 7_688, 7_695, 12_032, 16_001, 60_000, 131_072}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            int cut = random.nextInt(length);
            for (int kind = 0; kind < 4; kind++) {
                assertThat(sum.update(0, piece(bytes, 0, length, kind))).isEqualTo(bitByBit(bytes));
                long begun = sum.update(0, piece(bytes, 0, cut, kind));
                assertThat(sum.update(begun, piece(bytes, cut, length - cut, kind)))
                        .isEqualTo(bitByBit(bytes));
            }
        }
    }

    @Test
    void noticesEveryBitOfALongPiece() {
        byte[] bytes = new byte[9_000];
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(sum.update(0, ByteBuffer.wrap(bytes))).isNotZero();
            bytes[bit / 8] = 0;
        }
    }

    @Test
    void leavesTheBufferAsItWas() {
        for (int kind = 0; kind < 4; kind++) {
            ByteBuffer buffer = piece(new byte[20_000], 3, 15_000, kind);
            ByteBuffer before = buffer.duplicate();
            sum.update(0, buffer);
            assertThat(buffer).isEqualTo(before);
            assertThat(buffer.position()).isEqualTo(before.position());
        }
    }

    /** The same bytes as a heap buffer, as a slice of one, direct, or read-only. */
    private static ByteBuffer piece(byte[] bytes, int at, int length, int kind) {
        ByteBuffer heap = ByteBuffer.wrap(bytes, at, length);
        return switch (kind) {
            case 0 -> heap;
            case 1 -> heap.slice();
            case 2 -> ByteBuffer.allocateDirect(length).put(heap).flip();
            default -> heap.asReadOnlyBuffer();
        };
    }

    private static long bitByBit(byte[] bytes) {
        long crc = 0;
        for (byte b : bytes) {
            for (int bit = 0; bit < 8; bit++) {
                long carry = (crc ^ b >> bit) & 1;
                crc = crc >>> 1 ^ carry * Long.reverse(0xad93d23594c935a9L);
            }
        }
        return crc;
    }
}
