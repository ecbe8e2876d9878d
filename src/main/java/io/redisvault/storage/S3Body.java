package io.redisvault.storage;

import static software.amazon.awssdk.services.s3.model.ServerSideEncryption.AES256;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import mutiny.zero.flow.adapters.AdaptersToReactiveStreams;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * The body of one request, read anew for each attempt, and the MD5 of what its last attempt sent.
 *
 * <p>Until its last bytes are handed out the request cannot succeed, and may be {@linkplain #stop stopped}.
 */
final class S3Body implements AsyncRequestBody {

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private enum State {
        OPEN,
        HANDED_OUT,
        STOPPED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final long length;
    private final Supplier<Multi<ByteBuffer>> bytes;
    private volatile MessageDigest sent;

    S3Body(long length, Supplier<Multi<ByteBuffer>> bytes) {
        this.length = length;
        this.bytes = bytes;
    }

    @Override
    public Optional<Long> contentLength() {
        return Optional.of(length);
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        MessageDigest digest = newMd5();
        sent = digest;
        AtomicLong read = new AtomicLong();
        Multi<ByteBuffer> digested = bytes.get().onItem().invoke(chunk -> {
            if (read.addAndGet(chunk.remaining()) >= length) {
                handOutLast();
            }
            digest.update(chunk.duplicate());
        });
        AdaptersToReactiveStreams.publisher(digested).subscribe(subscriber);
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

    /**
     * Whether an entity tag agrees with what was sent; one that is no MD5 cannot disagree.
     *
     * @param encryption how the storage encrypted the object: with its keys in KMS the tag is no MD5
     */
    boolean matches(String entityTag, ServerSideEncryption encryption) {
        String tag = entityTag == null ? "" : entityTag.replace("\"", "");
        boolean comparable = MD5.matcher(tag).matches() && (encryption == null || encryption == AES256);
        return !comparable || tag.equals(md5());
    }

    String md5() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) sent.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
