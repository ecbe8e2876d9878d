package io.redisvault.cli;

import io.redisvault.backup.Backup;
import io.redisvault.restore.BackupReader;
import jakarta.inject.Inject;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Reads a backup from the storage and verifies it. */
@Command(
        name = "verify",
        description = "Read a whole backup from the storage and check it. Writes nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault verify",
            "  redis-vault verify --max-age 24h --json",
            "  redis-vault verify redis-node_2026-11-23T14:00:00Z.rdb"
        })
final class VerifyCommand extends SelectingCommand {

    @Inject
    BackupReader reader;

    @Override
    public Integer call() throws IOException {
        Progress progress = new Progress();
        Backup found = progress.await(reader.verify(selection(), progress));
        if (found.note() != null) {
            note(found.name() + ": " + found.note());
        }
        print(found, found.name() + ": " + HumanText.backup(found));
        return RedisVault.DONE;
    }
}
