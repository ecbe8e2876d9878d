package io.redisvault.codec;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Compresses a stream into one zstd frame, with the content size in its header and a checksum. */
public final class ZstdEncoder implements Codec {

    private static final int CHUNK = 64 * 1024;

    private final ZstdCompressCtx context;
    private final ByteBuffer in = ByteBuffer.allocateDirect(CHUNK).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(CHUNK);
    private boolean over;

    /**
     * @param level 1 (takes 1 MiB of memory) to 19 (takes about 90 MiB for large content)
     * @param size exact size of the content in bytes
     */
    public ZstdEncoder(int level, long size) {
        context = ZstdDecoder.withLibrary(ZstdCompressCtx::new).setLevel(level).setChecksum(true);
        context.setPledgedSrcSize(size);
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        return Codec.pieces(() -> compress(chunk));
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return Codec.pieces(this::finish);
    }

    private synchronized ByteBuffer compress(ByteBuffer chunk) {
        while (!over && (in.hasRemaining() || Codec.refill(in, chunk))) {
            context.compressDirectByteBufferStream(out, in, EndDirective.CONTINUE);
            if (out.position() > 0) {
                return Codec.taken(out);
            }
        }
        return null;
    }

    private synchronized ByteBuffer finish() {
        if (over) {
            return null;
        }
        over = context.compressDirectByteBufferStream(out, in, EndDirective.END);
        return Codec.taken(out);
    }

    @Override
    public synchronized void close() {
        over = true;
        context.close();
    }
}
