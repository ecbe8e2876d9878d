package io.redisvault.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Function;

/** A part of an object, from a channel that stands where it starts. */
final class ChannelRead implements Pull.Source<ByteBuffer> {

    private static final int BUFFER = 128 * 1024;

    private final String url;
    private final ReadableByteChannel channel;
    private final Function<Exception, StorageException> errors;
    private final long length;
    private long left;

    ChannelRead(String url, ReadableByteChannel channel, long length, Function<Exception, StorageException> errors) {
        this.url = url;
        this.channel = channel;
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
        // Never reused: whoever asked for it may keep it.
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, left));
        try {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // Fills the buffer unless the object ends.
            }
        } catch (IOException | RuntimeException e) {
            throw errors.apply(e);
        }
        left -= buffer.position();
        if (buffer.hasRemaining()) {
            throw new StorageException.Corrupt(
                    url + " ends early: " + (length - left) + " of the " + length + " bytes that were asked for", null);
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
