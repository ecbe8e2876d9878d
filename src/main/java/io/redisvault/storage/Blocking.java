package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs blocking code on worker threads, for storages that use files or a blocking client. */
public final class Blocking {

    private static final int CHUNK = 64 * 1024;

    /** Chunks of a content that are fetched ahead of the writer. */
    private static final int PREFETCH = 4;

    private Blocking() {}

    /** A blocking sequence of items, used by one thread at a time. */
    public interface Source<T> {

        /** Returns the next item; null after the last one. */
        T next() throws Exception;

        void close();
    }

    /** Runs a call on a worker. Cancelling the result interrupts the call. */
    public static <T> Uni<T> call(Callable<T> call, Executor executor) {
        return Uni.createFrom().emitter(emitter -> {
            FutureTask<T> task = new FutureTask<>(call) {
                @Override
                protected void set(T item) {
                    super.set(item);
                    emitter.complete(item);
                }

                @Override
                protected void setException(Throwable failure) {
                    super.setException(failure);
                    emitter.fail(failure);
                }
            };
            emitter.onTermination(() -> task.cancel(true));
            executor.execute(task);
        });
    }

    /** Streams the items of a source, each fetched on a worker on request. Always closes the source. */
    public static <T> Multi<T> stream(Supplier<? extends Source<T>> open, Executor executor) {
        return Multi.createFrom()
                .resource(() -> new Guarded<>(open.get()), source -> Multi.createFrom()
                        .<Guarded<T>, T>generator(() -> source, (same, emitter) -> {
                            try {
                                Optional.ofNullable(same.next()).ifPresentOrElse(emitter::emit, emitter::complete);
                            } catch (Exception e) {
                                emitter.fail(e);
                            }
                            return same;
                        }))
                .withFinalizer((Guarded<T> source) -> Blocking.<Void>call(source::close, executor))
                .runSubscriptionOn(executor);
    }

    /**
     * Reads {@code length} bytes of a channel from its current position; fails with {@link StorageException.Corrupt} if
     * it ends early.
     *
     * @param name of the object, for messages
     * @param errors translates failures of the channel
     */
    public static Multi<ByteBuffer> read(
            Callable<? extends ReadableByteChannel> open,
            long length,
            String name,
            Function<Exception, StorageException> errors,
            Executor executor) {
        return stream(() -> new ChannelSource(open, length, name, errors), executor);
    }

    /**
     * Writes a content chunk by chunk on the calling thread. A failure of the content is thrown unchanged. If the
     * writer fails, the content is cancelled.
     */
    public static void write(Content content, Consumer<ByteBuffer> writer) throws Exception {
        Source<ByteBuffer> chunks = chunks(content);
        try {
            for (ByteBuffer chunk = chunks.next(); chunk != null; chunk = chunks.next()) {
                writer.accept(chunk);
            }
        } finally {
            chunks.close();
        }
    }

    /** Subscribes to a content at once and returns its chunks. A failure of the content is thrown unchanged. */
    public static Source<ByteBuffer> chunks(Content content) {
        return new ContentSource(content);
    }

    /** Closes a source only when no call of it is running. Drops failures that come after closing. */
    private static final class Guarded<T> {
        private final Source<T> source;
        private volatile boolean closed;

        Guarded(Source<T> source) {
            this.source = source;
        }

        synchronized T next() throws Exception {
            try {
                return closed ? null : source.next();
            } catch (Exception e) {
                if (closed) {
                    return null;
                }
                throw e;
            }
        }

        Void close() {
            closed = true;
            synchronized (this) {
                source.close();
            }
            return null;
        }
    }

    private static final class ContentSource implements Source<ByteBuffer> {
        private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Iterator<ByteBuffer> chunks;

        ContentSource(Content content) {
            chunks = content.bytes()
                    .onSubscription()
                    .invoke(subscription::set)
                    .onFailure()
                    .invoke(failure::set)
                    .subscribe()
                    .asIterable(PREFETCH, () -> new ArrayBlockingQueue<>(PREFETCH))
                    .iterator();
        }

        @Override
        public ByteBuffer next() throws Exception {
            try {
                return chunks.hasNext() ? chunks.next() : null;
            } catch (RuntimeException e) {
                // The iterator wraps checked exceptions.
                throw failure.get() instanceof Exception original ? original : e;
            }
        }

        @Override
        public void close() {
            // No effect if the content has ended.
            Optional.ofNullable(subscription.get()).ifPresent(Flow.Subscription::cancel);
        }
    }

    private static final class ChannelSource implements Source<ByteBuffer> {
        private final ReadableByteChannel channel;
        private final Function<Exception, StorageException> errors;
        private final long length;
        private final String name;
        private long left;

        ChannelSource(
                Callable<? extends ReadableByteChannel> open,
                long length,
                String name,
                Function<Exception, StorageException> errors) {
            this.errors = errors;
            this.name = name;
            this.length = length;
            this.left = length;
            try {
                channel = open.call();
            } catch (Exception e) {
                throw errors.apply(e);
            }
        }

        @Override
        public ByteBuffer next() {
            if (left == 0) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, left));
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
                        name + " ends after " + (length - left) + " of " + length + " bytes", null);
            }
            return buffer.flip();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException ignored) {
                // It was only read from, so nothing is lost.
            }
        }
    }
}
