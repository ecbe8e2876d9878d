package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupReport;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.Trigger;
import jakarta.enterprise.inject.Instance;
import picocli.CommandLine.Command;

/** Runs one cycle. */
@RegisterForReflection
@Command(
        name = "backup",
        description = "Run one backup and exit.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  redis-vault backup", "  redis-vault backup --config config.yaml --json"})
final class BackupCommand extends VaultCommand {

    BackupCommand() {}

    BackupCommand(RedisVault vault) {
        super(vault);
    }

    @Override
    int run(Instance<Object> beans) {
        BackupOutcome outcome = beans.select(BackupRunner.class)
                .get()
                .start(Trigger.COMMAND)
                .await()
                .indefinitely();
        // Why nothing was stored is in the log, which goes to standard error.
        print(
                BackupReport.of(outcome),
                outcome instanceof Stored stored ? stored.backup().url() : "");
        if (outcome instanceof Stored) {
            return RedisVault.DONE;
        }
        return outcome instanceof Skipped ? RedisVault.NOTHING_TO_DO : RedisVault.FAILED;
    }
}
