package io.redisvault.cli;

import io.redisvault.cli.CommandLines.FileMode;
import io.redisvault.config.VaultConfig;
import io.redisvault.restore.LiveRestore;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.restore.RestoreResult;
import io.redisvault.restore.RestoreTarget;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restores a backup, into a directory ({@link Restore}) or into a running server ({@link LiveRestore}). */
@Command(
        name = "restore",
        description = "Restore a verified backup into a data directory, or into a running server.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  redis-vault restore --to /data",
            "  redis-vault restore --to /data --if-empty              in an init container",
            "  redis-vault restore --to /data --append-only           for 'appendonly yes'",
            "  redis-vault restore --to /data --before 2026-11-23T14:00:00Z --force",
            "  redis-vault restore --to /data --node redis-production another node's data",
            "  redis-vault restore --into redis://localhost:6379      a running Redis"
        })
final class RestoreCommand extends LoadingCommand {

    @Inject
    Restore restore;

    @Inject
    LiveRestore live;

    @Inject
    VaultConfig config;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            description = "data directory of a stopped Redis, or the file to write")
    private Path to;

    @Option(
            names = "--force",
            description = "replace existing data: files are kept under another name, keys of a running server are lost")
    private boolean force;

    @Option(
            names = "--if-empty",
            description = "exit with 0 and change nothing if there are data already, or no backup yet")
    private boolean ifEmpty;

    @Option(
            names = "--append-only",
            paramLabel = "auto|yes|no",
            arity = "0..1",
            fallbackValue = "yes",
            defaultValue = "${env:RESTORE_APPEND_ONLY:-auto}",
            description =
                    "write an append-only file instead of a dump, for 'appendonly yes'; default: RESTORE_APPEND_ONLY,"
                            + " or auto, which follows redis.conf or valkey.conf in the directory")
    private RestoreTarget.Form appendOnly;

    @Option(
            names = "--append-filename",
            paramLabel = "NAME",
            description = "appendfilename of the server; default: appendonly.aof")
    private Optional<String> appendFilename;

    @Option(
            names = "--append-dirname",
            paramLabel = "NAME",
            description = "appenddirname of the server; default: any directory with append-only files")
    private Optional<String> appendDirname;

    @Option(names = "--fallback", description = "if the newest backup is corrupt, restore the newest good one")
    private boolean fallback;

    @Option(names = "--unverified", description = "do not verify; restore the backup as it is")
    private boolean unverified;

    @Option(
            names = "--owner",
            paramLabel = "USER[:GROUP]",
            description = "owner of the restored file; default: owner of the directory")
    private Optional<Restore.Owner> owner;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "600",
            description = "mode of the restored file; default: 600")
    private FileMode mode;

    @Override
    void beforeStart() {
        checkInto(
                "--to",
                "--if-empty",
                "--append-only",
                "--append-filename",
                "--append-dirname",
                "--unverified",
                "--owner",
                "--mode");
        // An empty path is probably an unset shell variable, not the working directory.
        boolean nowhere = to == null || to.toString().isEmpty();
        if (nowhere && !isInto()) {
            throw wrong("name a directory with --to PATH, or a running server with --into ADDRESS");
        }
    }

    @Override
    public Integer call() throws IOException {
        Optional<RestoreResult> result;
        try {
            result = isInto() ? load() : write();
        } catch (RestoreException.NoBackup e) {
            if (!ifEmpty || !e.none()) {
                throw e;
            }
            note(e.getMessage() + ": nothing to restore yet");
            return RedisVault.DONE;
        } catch (RestoreException e) {
            if (e.isOfBackup() && !fallback) {
                note("--fallback takes the newest good backup" + (isInto() ? "" : ", --unverified this one as it is"));
            }
            throw e;
        }
        if (result.isPresent()) {
            result.get().notes().forEach(VaultCommand::note);
            print(result.get(), text(result.get()));
        }
        return RedisVault.DONE;
    }

    private Optional<RestoreResult> load() {
        LiveRestore.Options options = liveOptions(force, false, Optional.empty());
        Progress progress = new Progress();
        LiveRestore.Loaded loaded = progress.await(live.run(selection().orOlder(fallback), options, progress));
        return Optional.of(
                RestoreResult.loaded(loaded, config.redis().connectionString().toString()));
    }

    private Optional<RestoreResult> write() throws IOException {
        RestoreTarget target = RestoreTarget.at(to, config.backup().dumpFilename())
                .in(appendOnly, appendFilename, appendDirname, force);
        Optional<Path> data = target.existingData();
        if (ifEmpty && data.isPresent()) {
            note(data.get() + " is there: left as it is");
            return Optional.empty();
        }
        Restore.Options options = new Restore.Options(force, !unverified, owner, mode.permissions());
        Progress progress = new Progress();
        return Optional.of(progress.await(restore.run(selection().orOlder(fallback), target, options, progress)));
    }

    static String text(RestoreResult result) {
        String text = "restored %s to %s: %s"
                .formatted(result.backup().name(), result.path(), HumanText.backup(result.backup()));
        if (result.server() != null) {
            text += System.lineSeparator() + "loaded by " + result.server() + ": " + HumanText.keys(result.keys());
        }
        return result.keptAs() == null
                ? text
                : text + System.lineSeparator() + "the one before it is kept as " + result.keptAs();
    }
}
