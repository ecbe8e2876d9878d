package io.redisvault.cli;

import io.redisvault.restore.BackupReading;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Waits for a transfer and shows its progress: a bar on a terminal, otherwise a line every 10 seconds. */
final class Progress implements BackupReading.Listener {

    private static final int WIDTH = 30;

    private record Transfer(LongSupplier total, LongSupplier done, long beganNanos) {}

    private Transfer transfer;

    static boolean onTerminal() {
        return System.console() != null;
    }

    @Override
    public void begins(BackupReading reading) {
        long total = reading.backup().bytes();
        follow(() -> total, reading::bytesDone);
        VaultCommand.note("reading " + reading.backup().url() + ", " + HumanText.bytes(total));
    }

    /** Shows this transfer from now on, as soon as its total is known. Both values are bytes. */
    synchronized void follow(LongSupplier total, LongSupplier done) {
        transfer = new Transfer(total, done, System.nanoTime());
    }

    @Override
    public void step(String what) {
        end();
        VaultCommand.note(what);
    }

    /** Waits for the work and returns its result, or throws its failure. */
    <T> T await(Uni<T> work) {
        Duration pause = onTerminal() ? Duration.ofMillis(200) : Duration.ofSeconds(10);
        Cancellable ticks = Multi.createFrom()
                .ticks()
                .startingAfter(pause)
                .every(pause)
                .subscribe()
                .with(tick -> show());
        try {
            return work.await().indefinitely();
        } finally {
            ticks.cancel();
            end();
        }
    }

    private synchronized void end() {
        if (onTerminal() && show()) {
            System.err.println();
        }
        transfer = null;
    }

    /** Shows the progress; false if there is nothing to show. */
    private synchronized boolean show() {
        long total = transfer == null || VaultCommand.isSilent()
                ? 0
                : transfer.total().getAsLong();
        if (total == 0) {
            return false;
        }
        long done = transfer.done().getAsLong();
        double seconds = Math.max(0.001, (System.nanoTime() - transfer.beganNanos()) / 1e9);
        String text = "%3d%%  %s of %s  %s/s"
                .formatted(done * 100 / total, HumanText.bytes(done), HumanText.bytes(total), HumanText.bytes((long)
                        (done / seconds)));
        if (onTerminal()) {
            int filled = (int) (done * WIDTH / total);
            // The padding overwrites the end of a longer text before.
            System.err.printf("\r[%s%s] %-40s", "#".repeat(filled), " ".repeat(WIDTH - filled), text);
        } else {
            VaultCommand.note(text.strip());
        }
        return true;
    }
}
