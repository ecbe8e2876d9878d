package io.redisvault.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupReport;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.RunningBackup;
import io.redisvault.backup.Trigger;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
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
    public Integer call() throws JsonProcessingException {
        Uni<BackupOutcome> run = runner.start(Trigger.COMMAND);
        BackupOutcome outcome = wait(run);
        print(
                BackupReport.of(outcome),
                outcome instanceof Stored stored ? stored.backup().url() : "");
        // Elsewhere than on a terminal the log says it.
        if (Progress.ON_TERMINAL && outcome instanceof Stored stored) {
            note("stored " + Format.backup(stored.backup()));
        } else if (Progress.ON_TERMINAL && outcome instanceof Skipped skipped) {
            note("nothing stored: " + skipped.detail());
        }
        if (outcome instanceof Stored) {
            return RedisVault.DONE;
        }
        return outcome instanceof Skipped ? RedisVault.NOTHING_TO_DO : RedisVault.FAILED;
    }

    private BackupOutcome wait(Uni<BackupOutcome> run) {
        // Elsewhere the log has lines of its own about a long upload.
        if (!Progress.ON_TERMINAL) {
            return run.await().indefinitely();
        }
        Progress progress = new Progress();
        runner.running().ifPresent(backup -> follow(backup, progress));
        return progress.await(run);
    }

    private static void follow(RunningBackup backup, Progress progress) {
        progress.follow(backup::bytesTotal, backup::bytesDone);
    }
}
