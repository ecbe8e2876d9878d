package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Items of a source whose reads block: fetched on a worker, each only once it was asked for. */
final class Pull<T> implements Flow.Subscription {

    /** Used by one worker at a time. */
    interface Source<T> {
        /** The next item, or null at the end. */
        T next();

        /** Whether the end is known without another call of {@code next}. */
        default boolean ended() {
            return false;
        }

        /** Throws nothing. */
        void close();
    }

    private final Supplier<Source<T>> opening;
    private final Flow.Subscriber<? super T> subscriber;
    private final SerialExecutor worker;
    private final AtomicLong demand = new AtomicLong();

    private volatile boolean over;

    // Seen by the worker only.
    private Source<T> source;

    static <T> Multi<T> from(Supplier<Source<T>> opening, Executor executor) {
        return Multi.createFrom().publisher(subscriber -> {
            Pull<T> pull = new Pull<>(opening, subscriber, executor);
            subscriber.onSubscribe(pull);
            // Without waiting for demand: an absent object fails, an empty one completes.
            pull.worker.execute(pull::open);
        });
    }

    private Pull(Supplier<Source<T>> opening, Flow.Subscriber<? super T> subscriber, Executor executor) {
        this.opening = opening;
        this.subscriber = subscriber;
        this.worker = new SerialExecutor(executor);
    }

    @Override
    public void request(long items) {
        if (items <= 0) {
            worker.execute(() -> fail(new IllegalArgumentException("Requested " + items + " items")));
        } else if (demand.getAndAccumulate(items, Pull::add) == 0) {
            worker.execute(this::serve);
        }
    }

    @Override
    public void cancel() {
        over = true;
        worker.execute(this::close);
    }

    private void open() {
        if (over) {
            return;
        }
        try {
            source = opening.get();
        } catch (Throwable failure) {
            fail(failure);
            return;
        }
        serve();
    }

    private void serve() {
        // A request may come before the source is open, which then serves it.
        while (source != null && !over) {
            if (source.ended()) {
                finish(subscriber::onComplete);
                return;
            }
            if (demand.get() == 0) {
                return;
            }
            T item;
            try {
                item = source.next();
            } catch (Throwable failure) {
                fail(failure);
                return;
            }
            if (item == null) {
                finish(subscriber::onComplete);
                return;
            }
            if (!over) {
                subscriber.onNext(item);
            }
            demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1);
        }
    }

    private void fail(Throwable failure) {
        finish(() -> subscriber.onError(failure));
    }

    private void finish(Runnable signal) {
        if (!over) {
            over = true;
            close();
            signal.run();
        }
    }

    private void close() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    private static long add(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
