package io.redisvault.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Function;

/** A part of an object, from a channel that stands where it starts. */
final class ChannelRead implements Pull.Source<ByteBuffer> {

    private final ReadableByteChannel channel;
    private final SpareBuffers buffers;
    private final Function<Exception, StorageException> errors;
    private final long length;
    private long left;

    /** @param errors translates what the channel fails with, an {@link EOFException} if it ends early */
    ChannelRead(
            ReadableByteChannel channel,
            long length,
            SpareBuffers buffers,
            Function<Exception, StorageException> errors) {
        this.channel = channel;
        this.buffers = buffers;
        this.errors = errors;
        this.length = length;
        this.left = length;
    }

    @Override
    public boolean ended() {
        return left == 0;
    }

    @Override
    public ByteBuffer next() {
        ByteBuffer buffer = buffers.take(left);
        try {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // Fills the buffer unless the object ends.
            }
        } catch (IOException | RuntimeException e) {
            throw errors.apply(e);
        }
        left -= buffer.position();
        if (buffer.hasRemaining()) {
            throw errors.apply(new EOFException("it ends after " + (length - left) + " of " + length + " bytes"));
        }
        return buffer.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // Nothing was written to it.
        }
    }
}
