package io.redisvault.codec;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Compresses into one zstd frame, which tells the size of its content and has a checksum. */
public final class ZstdEncoder implements Codec {

    private static final int CHUNK = 64 * 1024;

    private final ZstdCompressCtx context;
    private final ByteBuffer in = ByteBuffer.allocateDirect(CHUNK).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(CHUNK);
    private boolean over;

    /**
     * @param level from 1, which takes 1 MiB of memory, to 19, which takes some 90 MiB for a large content
     * @param size of the content in bytes
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
        while (!over && (in.hasRemaining() || Buffers.refill(in, chunk))) {
            context.compressDirectByteBufferStream(out, in, EndDirective.CONTINUE);
            if (out.position() > 0) {
                return Buffers.taken(out);
            }
        }
        return null;
    }

    private synchronized ByteBuffer finish() {
        if (over) {
            return null;
        }
        over = context.compressDirectByteBufferStream(out, in, EndDirective.END);
        return Buffers.taken(out);
    }

    @Override
    public synchronized void close() {
        over = true;
        context.close();
    }
}
