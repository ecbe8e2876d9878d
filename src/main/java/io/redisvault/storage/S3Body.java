package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import mutiny.zero.flow.adapters.AdaptersToReactiveStreams;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * The body of one request, read anew for each attempt, and the MD5 of what its last attempt sent if that is wanted.
 *
 * <p>Until its last bytes are handed out the request cannot succeed, and may be {@linkplain #stop stopped}.
 */
final class S3Body implements AsyncRequestBody {

    private enum State {
        OPEN,
        HANDED_OUT,
        STOPPED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final long length;
    private final Supplier<Multi<ByteBuffer>> bytes;
    private final boolean digested;
    private volatile MessageDigest sent;

    /** @param digested whether there will be an MD5 */
    S3Body(long length, Supplier<Multi<ByteBuffer>> bytes, boolean digested) {
        this.length = length;
        this.bytes = bytes;
        this.digested = digested;
    }

    @Override
    public Optional<Long> contentLength() {
        return Optional.of(length);
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        MessageDigest digest = digested ? S3EntityTag.newMd5() : null;
        sent = digest;
        AtomicLong read = new AtomicLong();
        Multi<ByteBuffer> watched = bytes.get().onItem().invoke(chunk -> {
            if (read.addAndGet(chunk.remaining()) >= length) {
                handOutLast();
            }
            if (digest != null) {
                digest.update(chunk.duplicate());
            }
        });
        AdaptersToReactiveStreams.publisher(watched).subscribe(subscriber);
    }

    private void handOutLast() {
        if (state.updateAndGet(now -> now == State.STOPPED ? now : State.HANDED_OUT) == State.STOPPED) {
            throw new CancellationException("stopped before the last bytes");
        }
    }

    /** Holds the last bytes back for good; false if they are out, so that the request may succeed. */
    boolean stop() {
        return length > 0 && state.updateAndGet(now -> now == State.OPEN ? State.STOPPED : now) == State.STOPPED;
    }

    /** Of what the last attempt sent, in hexadecimal digits; only if there is to be one. */
    String md5() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) sent.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
