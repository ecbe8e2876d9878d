package io.redisvault.cli;

import io.redisvault.restore.BackupReading;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Waits for a transfer and shows how far it is: a bar on a terminal, a line now and then elsewhere. */
final class Progress {

    static final boolean ON_TERMINAL = System.console() != null;

    private static final int WIDTH = 30;
    private static final long REDRAW_MILLIS = 200;
    private static final long LINE_MILLIS = 10_000;

    private record Transfer(LongSupplier total, LongSupplier done, long beganNanos) {}

    private volatile Transfer transfer;

    /** Shows this reading from now on. */
    void follow(BackupReading reading) {
        long total = reading.backup().bytes();
        follow(() -> total, reading::bytesDone);
        VaultCommand.note("reading " + reading.backup().url() + ", " + Readable.bytes(total));
    }

    /** Shows this transfer from now on, as soon as it has bytes. */
    void follow(LongSupplier total, LongSupplier done) {
        transfer = new Transfer(total, done, System.nanoTime());
    }

    /** Shows that the transfer is over and something else goes on. */
    void step(String what) {
        endBar();
        transfer = null;
        VaultCommand.note(what);
    }

    /** The outcome of the work; throws what it fails with. */
    <T> T await(Uni<T> work) {
        CompletableFuture<T> outcome = work.subscribeAsCompletionStage();
        try {
            while (true) {
                try {
                    return outcome.get(ON_TERMINAL ? REDRAW_MILLIS : LINE_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException notYet) {
                    show();
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            outcome.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            endBar();
        }
    }

    private void endBar() {
        if (ON_TERMINAL && show()) {
            System.err.println();
        }
    }

    /** False if there is nothing to show. */
    private boolean show() {
        Transfer current = transfer;
        if (current == null || current.total().getAsLong() == 0) {
            return false;
        }
        long total = current.total().getAsLong();
        long done = current.done().getAsLong();
        long perSecond = (long) (done / Math.max(0.001, (System.nanoTime() - current.beganNanos()) / 1e9));
        String text = "%3d%%  %s of %s  %s/s"
                .formatted(done * 100 / total, Readable.bytes(done), Readable.bytes(total), Readable.bytes(perSecond));
        if (ON_TERMINAL) {
            int filled = (int) (done * WIDTH / total);
            // Blanks over what a longer text has left.
            System.err.printf("\r[%s%s] %-40s", "#".repeat(filled), " ".repeat(WIDTH - filled), text);
        } else {
            VaultCommand.note(text.strip());
        }
        return true;
    }
}
