package io.redisvault.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Decompresses one zstd frame. Memory is bounded: the window may have at most 8 MiB, as at level 19. */
public final class ZstdDecoder implements Codec {

    private static final int LARGEST_WINDOW = 8 << 20;
    private static final int CHUNK = 64 * 1024;
    private static final int MAGIC = 0xfd2fb528;
    private static final int LONGEST_HEADER = 18;
    /** Bytes of the content size field, and below of the dictionary id, by two bits of the frame descriptor. */
    private static final int[] SIZE_BYTES = {0, 2, 4, 8};

    private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};
    private static final int WRONG_CHECKSUM = 22;
    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final ZstdDecompressCtx context = withLibrary(ZstdDecompressCtx::new);
    private final ByteBuffer in = ByteBuffer.allocateDirect(CHUNK).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(CHUNK);
    private final ByteBuffer head = ByteBuffer.allocate(LONGEST_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    /** Limit of the content in bytes; -1 until the frame header tells it. */
    private long most;

    private long written;
    private boolean headRead;
    private boolean checksummed;
    private boolean over;
    /** True if the output buffer was filled, so that the library may hold more output. */
    private boolean full;

    private boolean closed;

    private ZstdDecoder(long most) {
        this.most = most;
    }

    /** @throws UncheckedIOException if zstd's native library, which the context needs, cannot be loaded */
    static <T> T withLibrary(Supplier<T> context) {
        try {
            return context.get();
        } catch (LinkageError e) {
            throw new UncheckedIOException(new IOException(
                    "zstd's library cannot be loaded: it needs a directory for temporary files that can be written to and"
                            + " is not mounted noexec, or the image's own file of it",
                    e));
        }
    }

    /** A decoder for content of any size, for a dump that a server compressed as a whole. */
    public static ZstdDecoder unbounded() {
        return new ZstdDecoder(UNBOUNDED);
    }

    /**
     * A decoder that fails if the content is larger than expected.
     *
     * @param size size of the content in bytes; if empty, the frame header must tell it
     */
    public static ZstdDecoder bounded(OptionalLong size) {
        return new ZstdDecoder(size.orElse(-1));
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        return Codec.pieces(() -> decompress(chunk));
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return Codec.pieces(() -> {
            if (!over && !closed) {
                throw new InvalidDataException("the zstd frame is cut off");
            }
            return null;
        });
    }

    /** True if the frame has a checksum; known when its header was read. */
    public boolean checksummed() {
        return checksummed;
    }

    private synchronized ByteBuffer decompress(ByteBuffer chunk) {
        if (closed) {
            return null;
        }
        if (!headRead) {
            readHead(chunk.duplicate());
        }
        while (full && !over || in.hasRemaining() || Codec.refill(in, chunk)) {
            if (over && in.hasRemaining()) {
                throw new InvalidDataException("other bytes follow the zstd frame");
            }
            decompress();
            full = !out.hasRemaining();
            if (out.position() > 0) {
                return Codec.taken(out);
            }
        }
        return null;
    }

    private void decompress() {
        try {
            over = context.decompressDirectByteBufferStream(out, in);
        } catch (ZstdException damaged) {
            throw new InvalidDataException(
                    Math.abs(damaged.getErrorCode()) == WRONG_CHECKSUM
                            ? "the zstd frame is damaged: its checksum does not match"
                            : "the zstd frame is damaged");
        }
        written += out.position();
        if (written > most && headRead) {
            throw new InvalidDataException("there are more than the %d bytes that were expected".formatted(most));
        }
    }

    /** Collects the bytes of the frame header and checks it, before any content is decompressed. */
    private void readHead(ByteBuffer chunk) {
        while (chunk.hasRemaining() && head.hasRemaining()) {
            head.put(chunk.get());
        }
        int length = head.position();
        if (length >= Integer.BYTES && head.getInt(0) != MAGIC) {
            throw new InvalidDataException("it is no zstd frame");
        }
        if (length <= Integer.BYTES) {
            return;
        }
        int descriptor = head.get(Integer.BYTES);
        boolean single = (descriptor & 0x20) != 0;
        int sizeBytes = single && (descriptor & 0xc0) == 0 ? 1 : SIZE_BYTES[descriptor >> 6 & 3];
        int sizeAt = 5 + (single ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3];
        if (length < sizeAt + sizeBytes) {
            return;
        }
        headRead = true;
        if ((descriptor & 3) != 0) {
            throw new InvalidDataException("the zstd frame needs a dictionary");
        }
        checksummed = (descriptor & 4) != 0;
        long size = contentSize(sizeAt, sizeBytes);
        requireSmall(single ? size : window(head.get(5)));
        if (most != UNBOUNDED) {
            requireSize(size);
        }
    }

    /** Content size of the header, in bytes; -1 if it has none. */
    private long contentSize(int at, int bytes) {
        long mask = bytes == Long.BYTES ? -1 : (1L << bytes * Byte.SIZE) - 1;
        return bytes == 0 ? -1 : (head.getLong(at) & mask) + (bytes == Short.BYTES ? 256 : 0);
    }

    private static long window(int code) {
        long base = 1L << 10 + (code >> 3 & 31);
        return base + base / 8 * (code & 7);
    }

    private static void requireSmall(long window) {
        if (window < 0 || window > LARGEST_WINDOW) {
            throw new InvalidDataException("the zstd frame has a window of %s bytes, more than the %d there may be"
                    .formatted(Long.toUnsignedString(window), LARGEST_WINDOW));
        }
    }

    private void requireSize(long size) {
        if (most < 0 && size < 0) {
            throw new InvalidDataException("neither its metadata nor its zstd frame tell the size of its content");
        }
        if (most >= 0 && size >= 0 && size != most) {
            throw new InvalidDataException("the zstd frame says that there are %s bytes instead of %d"
                    .formatted(Long.toUnsignedString(size), most));
        }
        most = Math.max(most, size);
    }

    @Override
    public synchronized void close() {
        closed = true;
        context.close();
    }
}
