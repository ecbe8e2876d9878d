package io.redisvault.cli;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.storage.StorageException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Shows the backups there are. */
@Command(
        name = "list",
        description = "List this node's backups, newest first: time, bytes, address.",
        mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {

    @ParentCommand
    private RedisVault vault;

    @Override
    public Integer call() {
        return vault.launch().run(beans -> {
            try {
                List<Backup> backups =
                        beans.select(BackupCatalog.class).get().list().await().indefinitely();
                backups.forEach(
                        backup -> System.out.printf("%s %15d  %s%n", backup.timestamp(), backup.bytes(), backup.url()));
                return backups.isEmpty() ? RedisVault.NOTHING_TO_DO : RedisVault.DONE;
            } catch (StorageException e) {
                System.err.println("redis-vault: " + e.getMessage());
                return RedisVault.FAILED;
            }
        });
    }
}
