package io.redisvault.drill;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbKeys;
import io.redisvault.rdb.UnknownFormatException;
import io.redisvault.redis.ServerInfo;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What follows in a drill once the backup is restored. */
record DrillRun(DrillRoom room, Backup backup, DrillOptions options, Vertx vertx, Clock clock, long beganNanos) {

    /** What servers have by default. */
    private static final int DATABASES = 16;

    /** Where the dump's own are unknown; each takes the server less than a KiB. */
    private static final int MANY_DATABASES = 10_000;

    /** The dump's keys, or why they are not known. */
    private record Counted(Optional<RdbKeys> keys, Optional<String> note) {

        int databases() {
            return keys.map(known -> known.databases().isEmpty()
                            ? DATABASES
                            : Math.max(DATABASES, known.databases().lastKey() + 1))
                    .orElse(MANY_DATABASES);
        }
    }

    /** Subscribe on a worker: it reads the dump. */
    Uni<Drilled> run() {
        return Uni.createFrom().deferred(() -> {
            Counted before = count();
            return room.start(options.server(), before.databases(), vertx)
                    .loaded(options.timeout(backup.bytes()))
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .map(info -> compare(before, info))
                    .onFailure(NotLoadedException.class)
                    .recoverWithItem(failure -> new Drilled(
                            backup,
                            Optional.empty(),
                            List.of(),
                            Optional.empty(),
                            Optional.of(failure.getMessage()),
                            elapsed()));
        });
    }

    private Drilled compare(Counted before, ServerInfo info) {
        List<DatabaseKeys> databases =
                before.keys().map(keys -> compare(keys, info)).orElseGet(() -> KeyCounts.uncompared(info.keys()));
        String wrong = databases.stream()
                .filter(database -> !database.right())
                .map(DatabaseKeys::toString)
                .collect(Collectors.joining(", "));
        return new Drilled(
                backup,
                Optional.of(info.server()),
                databases,
                before.note(),
                Optional.of(wrong).filter(text -> !text.isEmpty()),
                elapsed());
    }

    private List<DatabaseKeys> compare(RdbKeys before, ServerInfo info) {
        List<DatabaseKeys> databases = KeyCounts.compare(before, before, info.keys());
        // Only keys that expired meanwhile need another look at the dump.
        return databases.stream().allMatch(DatabaseKeys::right)
                ? databases
                : KeyCounts.compare(before, count().keys().orElse(before), info.keys());
    }

    private Counted count() {
        Path dump = room.dump();
        try {
            return new Counted(Optional.of(RdbKeys.count(dump, clock.instant())), Optional.empty());
        } catch (UnknownFormatException | InvalidDumpException uncounted) {
            // The server is the better judge of what it loads.
            return new Counted(Optional.empty(), Optional.of("keys not compared: " + uncounted.getMessage()));
        } catch (IOException e) {
            throw new DrillException("cannot read " + dump + ": " + e, e);
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }
}
