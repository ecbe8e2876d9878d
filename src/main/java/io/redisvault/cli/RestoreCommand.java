package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.config.VaultConfig;
import io.redisvault.restore.FileOwner;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.restore.RestoreOptions;
import io.redisvault.restore.RestoreTarget;
import io.redisvault.restore.Restored;
import jakarta.enterprise.inject.Instance;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts a backup in place. */
@RegisterForReflection
@Command(
        name = "restore",
        description = "Put a backup where Redis finds it when it starts: all of it, checked, or nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault restore --to /data",
            "  redis-vault restore --to /data --if-empty              in an init container",
            "  redis-vault restore --to /data --before 2026-11-23T14:00:00Z --force",
            "  redis-vault restore --to /data --node redis-production another node's data"
        })
final class RestoreCommand extends VaultCommand {

    @Mixin
    private BackupChoice choice;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            required = true,
            description = "the data directory of a Redis that is stopped, or the file to write in one")
    private Path to;

    @Option(
            names = "--force",
            description = "replace a dump, which is kept under another name, or write beside append-only files")
    private boolean force;

    @Option(
            names = "--if-empty",
            description = "do nothing, successfully, where there is a dump or an append-only file, or no backup yet")
    private boolean ifEmpty;

    @Option(names = "--fallback", description = "take the newest good backup if newer ones are corrupt")
    private boolean fallback;

    @Option(
            names = "--owner",
            paramLabel = "USER[:GROUP]",
            description = "whom to give the file to; whom the directory belongs to by default")
    private FileOwner owner;

    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "600", description = "of the file; 600 by default")
    private FileMode mode;

    @Override
    int run(Instance<Object> beans) {
        VaultConfig config = beans.select(VaultConfig.class).get();
        RestoreTarget target = RestoreTarget.at(to, config.backup().dumpFilename());
        Optional<String> occupant = target.occupant();
        if (ifEmpty && occupant.isPresent()) {
            note(occupant.get() + " is there: left as it is");
            return RedisVault.DONE;
        }
        RestoreOptions options = new RestoreOptions(force, fallback, Optional.ofNullable(owner), mode.permissions());
        Progress progress = new Progress();
        try {
            Restored restored = progress.await(
                    beans.select(Restore.class).get().run(choice.selection(), target, options, progress::follow));
            restored.notes().forEach(VaultCommand::note);
            print(RestoreReport.of(restored), RestoreReport.text(restored));
        } catch (RestoreException e) {
            if (e.isOfBackup() && !fallback) {
                note("--fallback takes the newest good backup");
            }
            throw e;
        } catch (NoBackupException e) {
            if (!ifEmpty || !e.none()) {
                throw e;
            }
            note(e.getMessage() + ": nothing to restore yet");
        }
        return RedisVault.DONE;
    }
}
