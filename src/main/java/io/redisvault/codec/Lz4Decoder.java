package io.redisvault.codec;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.commons.codec.digest.XXHash32;

/**
 * Decompresses one LZ4 frame with independent or linked blocks of at most 4 MiB, with or without checksums. We have our
 * own decoder because the libraries refuse linked blocks or block a thread.
 */
public final class Lz4Decoder implements Codec {

    private static final int MAGIC = 0x184d2204;
    private static final int WINDOW = 64 * 1024;
    private static final int SHORTEST_HEADER = 7;
    private static final int VERSION = 0x40;
    private static final int RESERVED = 0x02;
    private static final int DICTIONARY = 0x01;
    private static final int CHECKSUM = 0x04;
    private static final int CONTENT_SIZE = 0x08;
    private static final int BLOCK_CHECKSUMS = 0x10;
    private static final int INDEPENDENT = 0x20;
    private static final int RAW = 0x80000000;
    private static final int SHORTEST_MATCH = 4;

    /** The part of the frame that comes next. */
    private enum Step {
        START,
        HEADER,
        BLOCK_SIZE,
        BLOCK,
        CHECKSUM,
        OVER
    }

    private final XXHash32 hash = new XXHash32();
    private Step step = Step.START;
    /** The bytes that the next step needs. */
    private ByteBuffer wanted = buffer(SHORTEST_HEADER);

    private boolean linked;
    private boolean blockChecksums;
    private boolean checksummed;
    private boolean raw;
    private int largestBlock;
    /** The window, followed by the block that is being decompressed. */
    private byte[] content;

    private int contentEnd;
    private int windowStart = WINDOW;

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        return Codec.pieces(() -> {
            while (chunk.hasRemaining()) {
                require(step != Step.OVER, "other bytes follow the LZ4 frame");
                Codec.fill(wanted, chunk);
                if (!wanted.hasRemaining()) {
                    ByteBuffer content = take(wanted.flip());
                    if (content != null) {
                        return content;
                    }
                }
            }
            return null;
        });
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return Codec.pieces(() -> {
            require(step == Step.OVER, "the LZ4 frame is cut off");
            return null;
        });
    }

    /** True if the frame has a checksum of its content; known when its header was read. */
    public boolean checksummed() {
        return checksummed;
    }

    /** Handles a filled part; returns the content of a block, or null for any other part. */
    private ByteBuffer take(ByteBuffer filled) {
        switch (step) {
            case START -> readStart(filled);
            case HEADER -> readHeader(filled);
            case BLOCK_SIZE -> readBlockSize(filled.getInt());
            case BLOCK -> {
                return readBlock(filled);
            }
            default -> readChecksum(filled.getInt());
        }
        return null;
    }

    /** Reads the first bytes, which tell the length of the header. */
    private void readStart(ByteBuffer start) {
        require(start.getInt(0) == MAGIC, "it is no LZ4 frame");
        int flags = start.get(4);
        require((flags & 0xc0) == VERSION && (flags & RESERVED) == 0, "the LZ4 frame is of an unknown version");
        require((flags & DICTIONARY) == 0, "the LZ4 frame needs a dictionary");
        if ((flags & CONTENT_SIZE) == 0) {
            readHeader(start);
        } else {
            want(Step.HEADER, SHORTEST_HEADER + Long.BYTES);
            wanted.put(start);
        }
    }

    private void readHeader(ByteBuffer header) {
        int last = header.limit() - 1;
        int sum = checksum(header.slice(Integer.BYTES, last - Integer.BYTES)) >> 8;
        require((byte) sum == header.get(last), "the header of the LZ4 frame is damaged");
        int flags = header.get(4);
        linked = (flags & INDEPENDENT) == 0;
        blockChecksums = (flags & BLOCK_CHECKSUMS) != 0;
        checksummed = (flags & CHECKSUM) != 0;
        int code = header.get(5) >> 4 & 7;
        require(code >= 4, "the LZ4 frame has blocks of an unknown size");
        largestBlock = 1 << 8 + 2 * code;
        content = new byte[WINDOW + largestBlock];
        contentEnd = WINDOW;
        want(Step.BLOCK_SIZE, Integer.BYTES);
    }

    private void readBlockSize(int size) {
        if (size == 0) {
            if (checksummed) {
                want(Step.CHECKSUM, Integer.BYTES);
            } else {
                step = Step.OVER;
            }
            return;
        }
        raw = (size & RAW) != 0;
        int length = size & ~RAW;
        require(length <= largestBlock, "the LZ4 frame is damaged: a block is larger than there may be");
        want(Step.BLOCK, length + (blockChecksums ? Integer.BYTES : 0));
    }

    private ByteBuffer readBlock(ByteBuffer block) {
        if (blockChecksums) {
            int sum = block.getInt(block.limit() - Integer.BYTES);
            block.limit(block.limit() - Integer.BYTES);
            require(sum == checksum(block.slice()), "the LZ4 frame is damaged: the checksum of a block does not match");
        }
        // The window is the content before this block.
        System.arraycopy(content, contentEnd - WINDOW, content, 0, WINDOW);
        windowStart = Math.max(0, windowStart - (contentEnd - WINDOW));
        contentEnd = WINDOW;
        if (raw) {
            contentEnd += block.remaining();
            block.get(content, WINDOW, block.remaining());
        } else {
            try {
                decompress(block);
            } catch (IndexOutOfBoundsException | BufferUnderflowException damaged) {
                throw new InvalidDataException("the LZ4 frame is damaged");
            }
        }
        ByteBuffer copy = ByteBuffer.allocate(contentEnd - WINDOW)
                .put(content, WINDOW, contentEnd - WINDOW)
                .flip();
        if (checksummed) {
            hash.update(copy.duplicate());
        }
        want(Step.BLOCK_SIZE, Integer.BYTES);
        return copy;
    }

    private void readChecksum(int sum) {
        require(sum == (int) hash.getValue(), "the LZ4 frame is damaged: its checksum does not match");
        step = Step.OVER;
    }

    /** Copies literals and matches in turn. A position outside the buffers means that the block is damaged. */
    private void decompress(ByteBuffer in) {
        int first = linked ? windowStart : WINDOW;
        int to = WINDOW;
        while (in.hasRemaining()) {
            int token = in.get() & 0xff;
            int literals = length(token >>> 4, in);
            in.get(content, to, literals);
            to += literals;
            if (!in.hasRemaining()) {
                break;
            }
            int from = to - (in.getShort() & 0xffff);
            int match = length(token & 15, in) + SHORTEST_MATCH;
            if (from < first || from >= to || match > content.length - to) {
                throw new IndexOutOfBoundsException();
            }
            for (int stop = to + match; to < stop; ) { // the match may overlap its copy
                content[to++] = content[from++];
            }
        }
        contentEnd = to;
    }

    /** Reads a length: 15 in the four bits means that more bytes follow, up to the first that is not 255. */
    private static int length(int bits, ByteBuffer in) {
        int length = bits;
        int last = bits == 15 ? 255 : 0;
        while (last == 255) {
            last = in.get() & 0xff;
            length += last;
        }
        return length;
    }

    private static int checksum(ByteBuffer bytes) {
        XXHash32 sum = new XXHash32();
        sum.update(bytes);
        return (int) sum.getValue();
    }

    private void want(Step next, int bytes) {
        step = next;
        wanted = wanted.capacity() >= bytes ? wanted.clear().limit(bytes) : buffer(bytes);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new InvalidDataException(otherwise);
        }
    }
}
