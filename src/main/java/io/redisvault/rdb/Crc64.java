package io.redisvault.rdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Computes the CRC-64 of Redis: the Jones polynomial {@code 0xad93d23594c935a9}, reflected, initial value 0, no final
 * XOR. So the CRC of {@code a}, continued over {@code b}, is the CRC of both.
 *
 * <p>Most of the work needs no table. The polynomial divides {@code x^480 + x^413 + x^367 + … + 1}, whose exponents are
 * 480 minus {@link #OFFSETS}. Therefore it also divides the 64th power of that, which is the same with 64 times the
 * exponents. So the CRC does not change if a 64-bit word is removed and XORed into the words 67, 113, … and 480 places
 * further on. Done for one word after the other, this moves all content into the last 480 words, with ten XORs a word,
 * which newer JDKs turn into vector instructions. Only the last 480 words need eight table look-ups each.
 *
 * <p>Not thread-safe.
 */
public final class Crc64 {

    /** Found by a search. Fewer offsets would be much larger, and the last words cost the most. */
    private static final int[] OFFSETS = {67, 113, 233, 241, 322, 326, 358, 375, 431, 480};

    /** The largest offset, in words. */
    private static final int REACH = 480;

    /** Words per pass. Together with the {@link #REACH} words before them they fit the L1 cache of any processor. */
    private static final int BLOCK = 1024;

    private static final long POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);

    /** Eight tables of 256 entries; table {@code k} shifts a byte past {@code k} further bytes. */
    private static final long[] TABLE = table();

    /** The last words of the previous block, then the current block. Reused, to save 12 KiB of garbage per call. */
    private final long[] window = new long[REACH + BLOCK];

    /** Continues a CRC over the remaining bytes of a buffer. Does not change the position or limit of the buffer. */
    public long update(long crc, ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        LongBuffer words = rest.asLongBuffer();
        rest.position(rest.position() + words.remaining() * Long.BYTES);
        long sum = words.remaining() > 2 * REACH ? ofMany(crc, words) : ofFew(crc, words);
        while (rest.hasRemaining()) {
            sum = TABLE[(int) (sum ^ rest.get()) & 0xff] ^ sum >>> 8;
        }
        return sum;
    }

    private long ofFew(long crc, LongBuffer words) {
        int length = words.remaining();
        words.get(window, 0, length);
        return lookUp(crc, window, 0, length);
    }

    private long ofMany(long crc, LongBuffer words) {
        Arrays.fill(window, 0, REACH, 0);
        long before = crc;
        while (words.remaining() > REACH) {
            int length = Math.min(BLOCK, words.remaining() - REACH);
            words.get(window, REACH, length);
            window[REACH] ^= before;
            before = 0;
            move(window, REACH + length);
            System.arraycopy(window, length, window, 0, REACH);
        }
        words.get(window, REACH, REACH);
        for (int offset : OFFSETS) {
            for (int i = REACH; i < REACH + offset; i++) {
                window[i] ^= window[i - offset];
            }
        }
        return lookUp(0, window, REACH, 2 * REACH);
    }

    /** XORs into each word the words {@link #OFFSETS} before it. Written as constants, so that JDKs vectorise it. */
    private static void move(long[] window, int end) {
        for (int i = REACH; i < end; i++) {
            window[i] ^= window[i - 67]
                    ^ window[i - 113]
                    ^ window[i - 233]
                    ^ window[i - 241]
                    ^ window[i - 322]
                    ^ window[i - 326]
                    ^ window[i - 358]
                    ^ window[i - 375]
                    ^ window[i - 431]
                    ^ window[i - 480];
        }
    }

    private static long lookUp(long crc, long[] words, int from, int to) {
        long[] t = TABLE;
        long sum = crc;
        for (int i = from; i < to; i++) {
            // Eight independent look-ups: byte by byte, each would wait for the one before.
            long x = sum ^ words[i];
            int low = (int) x;
            int high = (int) (x >>> 32);
            sum = t[7 * 256 + (low & 0xff)]
                    ^ t[6 * 256 + (low >>> 8 & 0xff)]
                    ^ t[5 * 256 + (low >>> 16 & 0xff)]
                    ^ t[4 * 256 + (low >>> 24)]
                    ^ t[3 * 256 + (high & 0xff)]
                    ^ t[2 * 256 + (high >>> 8 & 0xff)]
                    ^ t[256 + (high >>> 16 & 0xff)]
                    ^ t[high >>> 24];
        }
        return sum;
    }

    private static long[] table() {
        long[] table = new long[8 * 256];
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ (crc & 1) * POLYNOMIAL;
            }
            table[b] = crc;
        }
        for (int i = 256; i < table.length; i++) {
            long before = table[i - 256];
            table[i] = table[(int) before & 0xff] ^ before >>> 8;
        }
        return table;
    }
}
