package io.redisvault.cli;

import io.redisvault.restore.BackupReading;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for something that reads a backup and shows how far it is: a bar on a terminal, a line now and then elsewhere. */
final class Progress {

    private static final int WIDTH = 30;
    private static final long REDRAW_MILLIS = 200;
    private static final long LINE_MILLIS = 10_000;

    private final boolean terminal = System.console() != null;
    private volatile BackupReading reading;
    private volatile long began;

    /** Shows this reading from now on. */
    void follow(BackupReading begun) {
        began = System.nanoTime();
        reading = begun;
        VaultCommand.note("reading " + begun.backup().url() + ", "
                + Amount.bytes(begun.backup().bytes()));
    }

    /** Shows that the reading is over and something else goes on. */
    void step(String what) {
        endBar();
        reading = null;
        VaultCommand.note(what);
    }

    /** The outcome of the work; throws what it fails with. */
    <T> T await(Uni<T> work) {
        CompletableFuture<T> outcome = work.subscribeAsCompletionStage();
        try {
            while (true) {
                try {
                    return outcome.get(terminal ? REDRAW_MILLIS : LINE_MILLIS, TimeUnit.MILLISECONDS);
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
        if (terminal && reading != null) {
            show();
            System.err.println();
        }
    }

    private void show() {
        BackupReading current = reading;
        if (current == null) {
            return;
        }
        long total = current.backup().bytes();
        long done = current.bytesDone();
        long perSecond = (long) (done / Math.max(0.001, (System.nanoTime() - began) / 1e9));
        String text = "%3d%%  %s of %s  %s/s"
                .formatted(
                        total == 0 ? 100 : done * 100 / total,
                        Amount.bytes(done),
                        Amount.bytes(total),
                        Amount.bytes(perSecond));
        if (terminal) {
            int filled = total == 0 ? WIDTH : (int) (done * WIDTH / total);
            // Blanks over what a longer text has left.
            System.err.printf("\r[%s%s] %-40s", "#".repeat(filled), " ".repeat(WIDTH - filled), text);
        } else {
            VaultCommand.note(text.strip());
        }
    }
}
