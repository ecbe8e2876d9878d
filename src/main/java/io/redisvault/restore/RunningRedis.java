package io.redisvault.restore;

import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.RedisUnavailableException;
import io.redisvault.redis.ServerInfo;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds a Redis that still runs in the target directory: it would overwrite the restored dump. */
@ApplicationScoped
class RunningRedis {

    /**
     * A Redis that would overwrite the restored dump.
     *
     * @param certain false if Redis runs on another machine, where the same path may be another directory
     */
    record Warning(String text, boolean certain) {}

    private static final String STOP_IT =
            " and overwrites its dump when it saves: stop it first, with SHUTDOWN NOSAVE if its data may go";

    private static final Path PROCESSES = Path.of("/proc");

    private final RedisNode node;
    private final VaultConfig.Redis config;

    RunningRedis(RedisNode node, VaultConfig config) {
        this.node = node;
        this.config = config.redis();
    }

    /** Warns if the configured Redis or a Redis process on this machine uses the target's directory; else empty. */
    Uni<Optional<Warning>> warning(RestoreTarget target) {
        return configured(target)
                // Looking at /proc blocks.
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(warning -> warning.filter(Warning::certain)
                        .or(() -> process(target.directory()))
                        .or(() -> warning));
    }

    /** Warns if a Redis process on this machine has this working directory. Sees only what this user may see. */
    static Optional<Warning> process(Path directory) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                if (isRedis(process) && isSame(directory, process.resolve("cwd"))) {
                    return warn("Redis (process " + process.getFileName() + ") is running in " + directory, true);
                }
            }
        } catch (IOException | DirectoryIteratorException noSuchSystem) {
            // No /proc: then only the configured Redis is checked.
        }
        return Optional.empty();
    }

    private static boolean isRedis(Path process) {
        try {
            return Files.readString(process.resolve("comm")).matches("(?s)(redis|valkey|redict|keydb)-ser.*");
        } catch (IOException ended) {
            return false;
        }
    }

    private Uni<Optional<Warning>> configured(RestoreTarget target) {
        RedisAddress address = config.connectionString();
        boolean here = address.socket().isPresent() || isOfThisMachine(address.host());
        boolean itsDirectory = isSame(target.directory(), config.dataPath());
        if (!here && !itsDirectory) {
            return Uni.createFrom().item(Optional.empty());
        }
        return node.state()
                .chain(state -> (itsDirectory ? Uni.createFrom().item(true) : saysItsDirectoryIs(target.directory()))
                        .map(same -> same
                                ? warn("Redis at " + address + " is running" + formHint(state, target), here)
                                : Optional.<Warning>empty()))
                .onFailure(RedisUnavailableException.class)
                .recoverWithItem(failure -> !here || !itsDirectory || nobodyListens(failure)
                        ? Optional.empty()
                        : warn("Redis may be running (" + failure.getMessage() + ")", true));
    }

    /** A hint if the server would not load the target's form; else "". */
    private static String formHint(ServerInfo server, RestoreTarget target) {
        if (target.appendOnly()) {
            return server.field("aof_enabled").equals("0") ? " with 'appendonly no' (leave out --append-only)" : "";
        }
        return server.appendOnly() ? " with 'appendonly yes' (restore with --append-only)" : "";
    }

    private static Optional<Warning> warn(String text, boolean certain) {
        return Optional.of(new Warning(text + STOP_IT, certain));
    }

    /** Asks the server for its directory; false if it does not say. */
    private Uni<Boolean> saysItsDirectoryIs(Path directory) {
        return node.setting("dir")
                .map(said -> said.isPresent() && isSame(directory, Path.of(said.get())))
                .onFailure(InvalidPathException.class)
                .recoverWithItem(false);
    }

    private static boolean isSame(Path directory, Path other) {
        try {
            return Files.isSameFile(directory, other);
        } catch (IOException missing) {
            return false;
        }
    }

    static boolean isOfThisMachine(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException unknown) {
            return false;
        }
    }

    /** True if no server listens. Any other failure, such as a missing password, comes from a running server. */
    private static boolean nobodyListens(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> cause instanceof ConnectException || cause instanceof FileNotFoundException);
    }
}
