package io.redisvault.cli;

import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.RunningBackup.Trigger;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Runs one backup. */
@Command(
        name = "backup",
        description = "Run one backup and exit.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  redis-vault backup", "  redis-vault backup --config config.yaml --json"})
final class BackupCommand extends VaultCommand {

    @Inject
    BackupRunner runner;

    @Override
    public Integer call() throws IOException {
        BackupOutcome outcome = run();
        print(outcome, outcome instanceof Stored stored ? stored.backup().url() : "");
        // Without a terminal, the log says this.
        if (Progress.onTerminal() && outcome instanceof Stored stored) {
            note("stored " + HumanText.backup(stored.backup()));
        } else if (Progress.onTerminal() && outcome instanceof Skipped skipped) {
            note("nothing stored: " + skipped.detail());
        }
        if (outcome instanceof Stored) {
            return RedisVault.DONE;
        }
        return outcome instanceof Skipped ? RedisVault.NOTHING_TO_DO : RedisVault.FAILED;
    }

    private BackupOutcome run() {
        Uni<BackupOutcome> run = runner.start(Trigger.COMMAND);
        Progress progress = new Progress();
        // Without a terminal, the log shows the progress of a long upload.
        if (Progress.onTerminal()) {
            runner.running().ifPresent(backup -> progress.follow(backup::bytesTotal, backup::bytesDone));
        }
        return progress.await(run);
    }
}
