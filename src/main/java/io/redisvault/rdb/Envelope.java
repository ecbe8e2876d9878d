package io.redisvault.rdb;

import io.redisvault.codec.Codec;
import io.redisvault.codec.Codec.InvalidDataException;
import io.redisvault.codec.Lz4Decoder;
import io.redisvault.codec.ZstdDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Decompresses a dump that Valkey 9.2 compressed as a whole. Such a file is an envelope: seven bytes, then one LZ4 or
 * zstd frame. The dump inside has no CRC-64; the checksums of the frame replace it.
 */
final class Envelope {

    static final int MAGIC_LENGTH = 3;

    private static final ByteBuffer MAGIC = ByteBuffer.wrap("VCS".getBytes(StandardCharsets.US_ASCII));
    static final int LENGTH = 7;
    private static final int VERSION = 1;
    private static final int LZ4 = 1;
    private static final int ZSTD = 2;
    private static final int DUMP = 1;

    private final ByteBuffer start = ByteBuffer.allocate(LENGTH);
    /** Null until the first seven bytes have arrived. */
    private Codec frame;

    /** True if a file that starts with these bytes is an envelope. */
    static boolean isAround(ByteBuffer head) {
        return head.remaining() >= MAGIC_LENGTH
                && head.slice(head.position(), MAGIC_LENGTH).equals(MAGIC);
    }

    /** Decompresses a chunk for the receiver, without changing it. Throws {@link InvalidDumpException}. */
    void open(ByteBuffer chunk, Consumer<ByteBuffer> dump) {
        ByteBuffer bytes = chunk.duplicate();
        while (frame == null && bytes.hasRemaining()) {
            start.put(bytes.get());
            if (!start.hasRemaining()) {
                frame = frame();
            }
        }
        if (frame != null) {
            pass(frame.next(bytes), dump);
        }
    }

    /** Ends the decompression. Throws {@link InvalidDumpException} if the frame is cut off. */
    void end(Consumer<ByteBuffer> dump) {
        if (frame == null) {
            throw new InvalidDumpException("the dump is cut off within its envelope");
        }
        pass(frame.end(), dump);
    }

    private static void pass(Iterable<ByteBuffer> pieces, Consumer<ByteBuffer> dump) {
        try {
            pieces.forEach(dump);
        } catch (InvalidDataException damaged) {
            throw new InvalidDumpException(damaged.getMessage());
        }
    }

    /**
     * The summary of the file. The start of the frame must have been read.
     *
     * @param dump header of the dump inside
     * @param size size of the file in bytes
     */
    RdbSummary around(RdbHeader dump, long size) {
        boolean checksums = frame instanceof Lz4Decoder lz4 ? lz4.checksummed() : ((ZstdDecoder) frame).checksummed();
        return new RdbSummary(dump, size, 0, checksums);
    }

    void close() {
        if (frame != null) {
            frame.close();
        }
    }

    private Codec frame() {
        require(start.get(3) == VERSION, "the version", 3);
        int codec = start.get(4);
        require(codec == LZ4 || codec == ZSTD, "the codec", 4);
        require(start.get(5) == 0, "the reserved byte", 5);
        require(start.get(6) == DUMP, "the kind", 6);
        return codec == LZ4 ? new Lz4Decoder() : ZstdDecoder.unbounded();
    }

    private void require(boolean known, String what, int at) {
        if (!known) {
            throw new InvalidDumpException(
                    "the dump is in an envelope of Valkey that is not known: %s at offset %d is %02x"
                            .formatted(what, at, start.get(at)));
        }
    }
}
