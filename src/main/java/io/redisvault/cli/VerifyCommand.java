package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.restore.Verification;
import jakarta.enterprise.inject.Instance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Finds out whether a backup is good. */
@RegisterForReflection
@Command(
        name = "verify",
        description = "Read a backup from the storage and check all of it; nothing is written.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault verify",
            "  redis-vault verify --max-age 24h --json",
            "  redis-vault verify redis-node_2026-11-23T14:00:00Z.rdb"
        })
final class VerifyCommand extends VaultCommand {

    @Mixin
    private BackupChoice choice;

    @Override
    int run(Instance<Object> beans) {
        Progress progress = new Progress();
        Backup found = progress.await(beans.select(Verification.class).get().run(choice.selection(), progress::follow));
        print(found, found.name() + ": " + DumpText.of(found));
        return RedisVault.DONE;
    }
}
