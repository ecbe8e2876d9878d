package io.redisvault.cli;

import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.Trigger;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Runs one cycle. */
@Command(name = "backup", description = "Run one backup and exit.", mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {

    @ParentCommand
    private RedisVault vault;

    BackupCommand() {}

    BackupCommand(RedisVault vault) {
        this.vault = vault;
    }

    @Override
    public Integer call() {
        return vault.launch().run(beans -> {
            BackupOutcome outcome = beans.select(BackupRunner.class)
                    .get()
                    .start(Trigger.COMMAND)
                    .await()
                    .indefinitely();
            if (outcome instanceof Stored stored) {
                System.out.println(stored.backup().url());
                return RedisVault.DONE;
            }
            return outcome instanceof Skipped ? RedisVault.NOTHING_TO_DO : RedisVault.FAILED;
        });
    }
}
