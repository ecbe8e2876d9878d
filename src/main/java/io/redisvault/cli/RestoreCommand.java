package io.redisvault.cli;

import io.redisvault.cli.Values.FileMode;
import io.redisvault.config.VaultConfig;
import io.redisvault.restore.FileOwner;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.restore.RestoreOptions;
import io.redisvault.restore.RestoreResult;
import io.redisvault.restore.RestoreTarget;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts a backup in place. */
@Command(
        name = "restore",
        description = "Put a backup where Redis finds it when it starts: all of it, checked, or nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault restore --to /data",
            "  redis-vault restore --to /data --if-empty              in an init container",
            "  redis-vault restore --to /data --append-only           for a Redis with 'appendonly yes'",
            "  redis-vault restore --to /data --before 2026-11-23T14:00:00Z --force",
            "  redis-vault restore --to /data --node redis-production another node's data"
        })
final class RestoreCommand extends VaultCommand {

    @Inject
    Restore restore;

    @Inject
    VaultConfig config;

    @Mixin
    private BackupOptions backup;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            required = true,
            description = "the data directory of a Redis that is stopped, or the file to write in one")
    private Path to;

    @Option(names = "--force", description = "replace the data that are there, which are kept under another name")
    private boolean force;

    @Option(
            names = "--if-empty",
            description = "do nothing, successfully, where there is a dump or an append-only file, or no backup yet")
    private boolean ifEmpty;

    @Option(
            names = "--append-only",
            paramLabel = "auto|yes|no",
            arity = "0..1",
            fallbackValue = "yes",
            defaultValue = "${env:RESTORE_APPEND_ONLY:-auto}",
            description =
                    "write the append-only file of a Redis with 'appendonly yes', which ignores a dump; auto does so"
                            + " where redis.conf in the directory says it (or set RESTORE_APPEND_ONLY)")
    private RestoreTarget.Form appendOnly;

    @Option(
            names = "--append-filename",
            paramLabel = "NAME",
            description = "as appendfilename in redis.conf; appendonly.aof by default")
    private String appendFilename;

    @Option(names = "--fallback", description = "take the newest good backup if newer ones are corrupt")
    private boolean fallback;

    @Option(names = "--unverified", description = "take a backup as it is, also one that VERIFY_DUMP=false stored")
    private boolean unverified;

    @Option(
            names = "--owner",
            paramLabel = "USER[:GROUP]",
            description = "whom to give the file to; whom the directory belongs to by default")
    private Optional<FileOwner> owner;

    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "600", description = "of the file; 600 by default")
    private FileMode mode;

    @Override
    public Integer call() {
        RestoreTarget target = RestoreTarget.at(to, config.backup().dumpFilename())
                .in(appendOnly, Optional.ofNullable(appendFilename), force);
        Optional<Path> data = target.existingData();
        if (ifEmpty && data.isPresent()) {
            note(data.get() + " is there: left as it is");
            return RedisVault.DONE;
        }
        RestoreOptions options = new RestoreOptions(force, fallback, !unverified, owner, mode.permissions());
        Progress progress = new Progress();
        try {
            RestoreResult result = progress.await(restore.run(backup.selection(), target, options, progress::follow));
            result.notes().forEach(VaultCommand::note);
            print(result, text(result));
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

    private static String text(RestoreResult result) {
        String text = "restored %s to %s: %s"
                .formatted(result.backup().name(), result.path(), HumanText.backup(result.backup()));
        return result.keptAs() == null
                ? text
                : text + System.lineSeparator() + "the one before it is kept as " + result.keptAs();
    }
}
