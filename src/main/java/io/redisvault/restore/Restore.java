package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbSupport;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** Writes a backup to where Redis loads it at its next start: all of it, verified, or nothing. */
@ApplicationScoped
public class Restore {

    /**
     * Options for a restore into a directory.
     *
     * @param force whether to replace an existing dump, which is kept under another name, and to write beside append-only
     *     files and a running Redis
     * @param verified whether to refuse a backup that is not a complete, valid dump
     * @param owner owner of the file; if empty, the directory's owner, if the process may set it
     * @param mode permissions of the file
     */
    public record Options(boolean force, boolean verified, Optional<Owner> owner, Set<PosixFilePermission> mode) {}

    /** Owner of a file. If the group is empty, it stays as it is. */
    public record Owner(UserPrincipal user, Optional<GroupPrincipal> group) {

        /**
         * Reads {@code USER} or {@code USER:GROUP}, each a name or a number.
         *
         * @throws IllegalArgumentException if the system does not know the user or the group
         */
        public static Owner parse(String text) {
            String[] names = text.split(":", 2);
            UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
            try {
                UserPrincipal user = lookup.lookupPrincipalByName(names[0]);
                return new Owner(
                        user,
                        names.length == 1
                                ? Optional.empty()
                                : Optional.of(lookup.lookupPrincipalByGroupName(names[1])));
            } catch (IOException e) {
                throw new IllegalArgumentException("is not USER or USER:GROUP of this system", e);
            }
        }

        static Owner of(Path directory) throws IOException {
            PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
            return new Owner(attributes.owner(), Optional.of(attributes.group()));
        }

        void own(PosixFileAttributeView file) throws IOException {
            file.setOwner(user);
            if (group.isPresent()) {
                file.setGroup(group.get());
            }
        }
    }

    /** Limit of the chunks that wait for the disk; a chunk has at most about 100 KiB. */
    private static final int BUFFERED_CHUNKS = 16;

    private final BackupReader reader;
    private final RunningRedis redis;
    private final Clock clock;

    Restore(BackupReader reader, RunningRedis redis, Clock clock) {
        this.reader = reader;
        this.redis = redis;
        this.clock = clock;
    }

    /**
     * Restores a backup. Fails with {@link RestoreException.NoBackup}, {@link StorageException}, and {@link
     * RestoreException}, also if the backup is corrupt. A failure leaves the target unchanged.
     */
    public Uni<RestoreResult> run(
            BackupReader.Selection selection, RestoreTarget target, Options options, BackupReading.Listener listener) {
        return redis.warning(target)
                .invoke(Unchecked.consumer(running -> {
                    if (!options.force()) {
                        requireFree(target, running);
                    }
                }))
                .chain(running -> reader.selectGood(selection, backup -> {
                    BackupReading reading = options.verified() ? reader.open(backup) : reader.openUnverified(backup);
                    Optional<String> warning = running.map(RunningRedis.Warning::text);
                    return new Run(reading, target, options, warning, clock).write(listener);
                }))
                .onFailure(
                        failure -> failure.getCause() instanceof IOException && !(failure instanceof StorageException))
                .transform(failure -> new RestoreException(FileErrors.text((IOException) failure.getCause()), failure));
    }

    private static void requireFree(RestoreTarget target, Optional<RunningRedis.Warning> running) throws IOException {
        running.filter(RunningRedis.Warning::certain).ifPresent(warning -> {
            throw new RestoreException(warning.text() + ", or pass --force");
        });
        target.existingData().ifPresent(data -> {
            throw new RestoreException(
                    data.equals(target.file()) || target.appendOnly()
                            ? data + " exists: pass --force to replace it, it is kept as " + data + AppendOnlyFiles.KEPT
                                    + "TIME"
                            : data + " is there: with 'appendonly yes' Redis loads that and ignores a dump; pass"
                                    + " --append-only --force to replace it, or --force if Redis is to be started with"
                                    + " 'appendonly no'");
        });
    }

    /** Writes one backup to one target, on worker threads. */
    record Run(BackupReading reading, RestoreTarget target, Options options, Optional<String> warning, Clock clock) {

        /** Fails like the reading, or with an exception whose cause is the {@link IOException} of the target. */
        Uni<RestoreResult> write(BackupReading.Listener listener) {
            Executor workers = Infrastructure.getDefaultWorkerPool();
            return Uni.createFrom()
                    .item(Unchecked.supplier(this::begin))
                    .runSubscriptionOn(workers)
                    .invoke(() -> listener.begins(reading))
                    .chain(writer -> reading.bytes()
                            .emitOn(workers, BUFFERED_CHUNKS)
                            .invoke(Unchecked.consumer(writer::write))
                            .onItem()
                            .ignoreAsUni()
                            .map(Unchecked.function(written -> publish(writer)))
                            .onTermination()
                            .invoke(writer::close));
        }

        private DumpWriter begin() throws IOException {
            if (!options.force()) {
                target.otherSlots(reading.backup()).ifPresent(reason -> {
                    throw new RestoreException(reason + ", or pass --force");
                });
            }
            return DumpWriter.begin(target.file(), reading.backup().size());
        }

        private RestoreResult publish(DumpWriter writer) throws IOException {
            List<String> notes = new ArrayList<>();
            setOwner(writer.file(), notes);
            Backup found = reading.found();
            // The server that wrote the old dump will probably load this one.
            target.writer()
                    .filter(server -> found.rdb() != null
                            && RdbSupport.of(server, found.rdb().version()) == RdbSupport.REFUSES)
                    .ifPresent(
                            server -> notes.add(server + ", which wrote the dump before it, does not load RDB version "
                                    + found.rdb().version() + ": start a newer server"));
            if (options.force()) {
                target.otherSlots(found).ifPresent(notes::add);
            }
            writer.finish(options.mode(), found.timestamp());
            String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
            // An empty file is replaced without --force.
            boolean replaces = target.exists() && (options.force() || !target.holdsData());
            Optional<Path> kept = Optional.of(target.file())
                    .filter(file -> replaces)
                    .map(file -> file.resolveSibling(file.getFileName() + AppendOnlyFiles.KEPT + now));
            writer.publish(kept);
            if (!options.verified()) {
                notes.add("this backup was not verified: Redis may refuse to load it");
            }
            AppendOnlyFiles others = target.appendOnlyFiles();
            if (target.appendOnly()) {
                // Move them last: Redis loads them while they are there, and the new file as soon as they are gone.
                try {
                    others.moveFoldersAside(now)
                            .forEach(moved -> notes.add("the append-only files before it are kept as " + moved));
                } catch (IOException stillLoaded) {
                    writer.undo(kept);
                    throw stillLoaded;
                }
                notes.add("Redis loads it if it starts with 'appendonly yes'");
            } else {
                others.data()
                        .ifPresent(data ->
                                notes.add("Redis loads " + data + " instead, unless it starts with 'appendonly no'"));
            }
            warning.ifPresent(notes::add);
            return RestoreResult.written(found, target.file(), kept, notes);
        }

        /** Sets the owner. Redis probably runs as the directory's owner, unless that is root, as on a fresh volume. */
        private void setOwner(PosixFileAttributeView file, List<String> notes) throws IOException {
            if (options.owner().isPresent()) {
                options.owner().get().own(file);
                return;
            }
            Owner directory = Owner.of(target.directory());
            UserPrincipal own = file.getOwner();
            if (directory.user().getName().equals("root") || own.equals(directory.user())) {
                return;
            }
            try {
                directory.own(file);
            } catch (FileSystemException notPermitted) {
                notes.add("the dump belongs to user " + own + ", its directory to " + directory.user()
                        + ": if Redis cannot read it, restore as the user that Redis runs as");
            }
        }
    }
}
