package io.redisvault.rdb;

/**
 * LZF, the compression of RDB strings longer than 20 bytes. Of the AUX fields a replication id with enough repeated
 * digits can meet it.
 */
final class Lzf {

    private Lzf() {}

    /** @throws IndexOutOfBoundsException if the bytes are damaged or make more or less than {@code length} bytes */
    static byte[] decompress(byte[] in, int length) {
        byte[] out = new byte[length];
        int to = 0;
        for (int at = 0; at < in.length; ) {
            int control = in[at++] & 0xff;
            if (control < 0x20) { // a run of literal bytes
                int run = control + 1;
                System.arraycopy(in, at, out, to, run);
                at += run;
                to += run;
                continue;
            }
            int run = control >>> 5;
            if (run == 7) {
                run += in[at++] & 0xff;
            }
            int from = to - ((control & 0x1f) << 8 | in[at++] & 0xff) - 1;
            for (int end = to + run + 2; to < end; ) { // may repeat what it has just written
                out[to++] = out[from++];
            }
        }
        if (to != length) {
            throw new IndexOutOfBoundsException("LZF made %d of %d bytes".formatted(to, length));
        }
        return out;
    }
}
