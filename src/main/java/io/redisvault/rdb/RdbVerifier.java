package io.redisvault.rdb;

import io.redisvault.codec.Codec;
import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Checks a dump while its bytes pass. The same stage serves backup, restore, verification and download; each stream
 * needs a new one.
 */
public final class RdbVerifier implements Codec {

    /** The size to give if it is not known in advance. */
    public static final long UNKNOWN_SIZE = Long.MAX_VALUE;

    private final long size;
    /** Null if the summary is not known in advance. */
    private final RdbSummary expected;

    private final Consumer<RdbSummary> condition;
    private final ByteBuffer start = ByteBuffer.allocate(Envelope.MAGIC_LENGTH);
    /** Null until the first bytes show whether there is an envelope. */
    private PlainDump dump;

    /** Null for a plain dump. */
    private Envelope envelope;

    private long position;
    private ByteBuffer held;
    private volatile RdbSummary facts;

    /**
     * @param size expected size of the dump in bytes, or {@link #UNKNOWN_SIZE}
     * @param condition throws {@link InvalidDumpException} if the dump is good but not the expected one
     */
    public RdbVerifier(long size, Consumer<RdbSummary> condition) {
        this(size, null, condition);
    }

    /** @param expected the summary that was read when the dump was opened */
    public RdbVerifier(RdbSummary expected) {
        this(expected.size(), expected, good -> {});
    }

    private RdbVerifier(long size, RdbSummary expected, Consumer<RdbSummary> condition) {
        this.size = size;
        this.expected = expected;
        this.condition = condition;
    }

    /** Checks and passes on the bytes; fails with {@link InvalidDumpException} before the last chunk of a bad dump. */
    public Multi<ByteBuffer> check(Multi<ByteBuffer> bytes) {
        return Codec.apply(() -> this, bytes);
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        accept(chunk);
        if (size != UNKNOWN_SIZE) {
            return List.of(chunk);
        }
        // Held back because it may be the last chunk.
        List<ByteBuffer> before = held == null ? List.of() : List.of(held);
        held = chunk;
        return before;
    }

    @Override
    public Iterable<ByteBuffer> end() {
        facts();
        return held == null ? List.of() : List.of(held);
    }

    /**
     * The summary of the dump that passed.
     *
     * @throws InvalidDumpException if bytes are missing, or the dump is bad
     */
    public RdbSummary facts() {
        if (facts == null) {
            facts = finish();
        }
        return facts;
    }

    private void accept(ByteBuffer chunk) {
        if (chunk.remaining() > size - position) {
            throw new InvalidDumpException("there are more than the %d bytes that were expected".formatted(size));
        }
        position += chunk.remaining();
        ByteBuffer bytes = chunk.duplicate();
        while (dump == null && bytes.hasRemaining()) {
            start.put(bytes.get());
            if (!start.hasRemaining()) {
                begin();
            }
        }
        if (dump != null) {
            inspect(bytes);
        }
        if (position == size) {
            facts = finish();
        }
    }

    private void begin() {
        boolean enclosed = Envelope.isAround(start.flip());
        envelope = enclosed ? new Envelope() : null;
        dump = new PlainDump(enclosed ? UNKNOWN_SIZE : size);
        inspect(start);
    }

    private void inspect(ByteBuffer bytes) {
        if (envelope == null) {
            dump.accept(bytes);
        } else {
            envelope.open(bytes, dump::accept);
        }
    }

    private RdbSummary finish() {
        if (size != UNKNOWN_SIZE && position < size) {
            throw new InvalidDumpException("the dump is cut off: %d of %d bytes arrived".formatted(position, size));
        }
        if (dump == null) {
            begin();
        }
        if (envelope != null) {
            envelope.end(dump::accept);
        }
        RdbSummary plain = dump.summary();
        RdbSummary found = envelope == null ? plain : envelope.around(plain.header(), position);
        if (expected != null && !expected.equals(found)) {
            throw new InvalidDumpException(
                    "the dump changed while it was read: its header or its footer is another now");
        }
        plain.check(dump.crc());
        condition.accept(found);
        return found;
    }

    @Override
    public void close() {
        if (envelope != null) {
            envelope.close();
        }
    }
}
