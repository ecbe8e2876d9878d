package io.redisvault.drill;

import io.redisvault.redis.ServerInfo;
import io.redisvault.restore.RestoreException;
import io.redisvault.restore.RestoreTarget;
import io.redisvault.storage.FileErrors;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A temporary directory with a private server that loads the dump in it. Closing it, from any thread, kills the server and
 * deletes the directory.
 */
final class DrillSandbox implements AutoCloseable {

    private static final String PREFIX = "redis-vault-drill-";
    private static final String DUMP = "dump.rdb";

    /** Linux' limit for the path of a Unix socket. */
    private static final int SOCKET_PATH_BYTES = 107;

    private static final int DELETE_ATTEMPTS = 20;
    private static final long DELETE_PAUSE_NANOS = 50_000_000;
    private static final int SECONDS_TO_DIE = 10;

    /** Enough for any dump; each costs the server less than a KiB. */
    private static final String DATABASES = "10000";

    /** In bytes; the answer has less than 100 for each database. */
    private static final int LONGEST_INFO = 2 << 20;

    private static final int LAST_LINES = 3;
    /** The crash report comes after the line with the error, and has pages of stacks and registers. */
    private static final String CRASH_REPORT = "BUG REPORT START";
    /** Start of a warning in the log, such as {@code 4711:M 28 Nov 2026 10:20:30.123 #}. */
    private static final Pattern STAMP_OF_WARNING = Pattern.compile("^\\d+:[A-Z] .{10,40} # ");

    /** Warnings that say nothing about the dump: servers print them at every start. */
    private static final Pattern USUAL_WARNING =
            Pattern.compile("oO0Oo|version=|Configuration loaded|Server initialized|WARNING|Warning:");

    /** The server did not load the dump; the message says why. */
    static final class NotLoadedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotLoadedException(String message) {
            super(message);
        }
    }

    private final Path directory;
    private Path program;
    private Process server;
    private boolean closed;

    private DrillSandbox(Path directory) {
        this.directory = directory;
    }

    static DrillSandbox open(Path workDirectory) {
        try {
            DrillSandbox sandbox = new DrillSandbox(Files.createTempDirectory(workDirectory.toAbsolutePath(), PREFIX));
            int excess = sandbox.socket().toString().getBytes(StandardCharsets.UTF_8).length - SOCKET_PATH_BYTES;
            if (excess > 0) {
                sandbox.close();
                throw new RestoreException("the path " + workDirectory + " is " + excess
                        + " bytes too long for the socket of a server: name a shorter one with --work-dir");
            }
            return sandbox;
        } catch (IOException e) {
            throw new RestoreException("cannot work in " + workDirectory + ": " + FileErrors.text(e), e);
        }
    }

    RestoreTarget target() {
        return RestoreTarget.at(directory, DUMP);
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    private Path output() {
        return directory.resolve("output");
    }

    /** Starts a server that loads the dump. */
    synchronized void start(Path executable) {
        if (closed) {
            throw new RestoreException("stopped");
        }
        program = executable;
        List<String> command = new ArrayList<>(List.of(program.toAbsolutePath().toString()));
        // No port, so that no other user can connect.
        command.addAll(List.of("--port", "0", "--unixsocket", socket().toString()));
        command.addAll(List.of("--dir", directory.toString(), "--dbfilename", DUMP, "--databases", DATABASES));
        command.addAll(List.of("--save", "", "--appendonly", "no", "--daemonize", "no"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output().toFile());
        // Our environment has credentials; the server does not need them.
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        try {
            server = builder.start();
        } catch (IOException e) {
            String reason = e.getMessage().replaceFirst("^Cannot run program .*error=\\d+, ", "");
            throw new RestoreException("cannot start " + program + ": " + reason, e);
        }
    }

    /**
     * The server's INFO when it has loaded the dump. Fails with {@link NotLoadedException} when its process ends, or after
     * the time limit.
     */
    Uni<ServerInfo> loaded(Duration limit) {
        Uni<ServerInfo> question = Uni.createFrom()
                .item(Unchecked.supplier(this::info))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
        Uni<ServerInfo> end = Uni.createFrom()
                .completionStage(server::onExit)
                .map(Process::exitValue)
                .chain(code -> notLoaded(" exited with " + code + " before it had loaded the dump"));
        return Uni.join()
                .first(ServerInfo.until(info -> info.field("loading").equals("0"), question), end)
                .toTerminate()
                .ifNoItem()
                .after(limit)
                .recoverWithUni(() -> notLoaded(" had not loaded the dump after " + limit.toSeconds() + " s"));
    }

    /** Asks over a new connection, which the server then closes. Its lines around the answer are not fields. */
    private ServerInfo info() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            channel.write(ByteBuffer.wrap("INFO\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII)));
            return ServerInfo.parse(
                    new String(Channels.newInputStream(channel).readNBytes(LONGEST_INFO), StandardCharsets.UTF_8));
        }
    }

    private Uni<ServerInfo> notLoaded(String reason) {
        return Uni.createFrom().failure(() -> new NotLoadedException(program + reason + lastWords()));
    }

    /** The server's last warnings, or its last lines if it warned of nothing, for a message; empty if it printed nothing. */
    private String lastWords() {
        try (InputStream bytes = Files.newInputStream(output())) {
            List<String> lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))
                    .lines()
                    .takeWhile(line -> !line.contains(CRASH_REPORT))
                    .filter(line -> !line.isBlank())
                    .toList();
            List<String> warnings = lines.stream()
                    .filter(line -> STAMP_OF_WARNING.matcher(line).find())
                    .filter(line -> !USUAL_WARNING.matcher(line).find())
                    .toList();
            List<String> telling = warnings.isEmpty() ? lines : warnings;
            return telling.stream()
                    .skip(Math.max(0, telling.size() - LAST_LINES))
                    .map(line -> STAMP_OF_WARNING.matcher(line).replaceFirst(""))
                    .map(line -> line.replaceAll("\\p{Cntrl}", " ").strip())
                    .reduce((first, next) -> first + "; " + next)
                    .map(said -> ": " + said)
                    .orElse("");
        } catch (IOException e) {
            return ", and its output cannot be read: " + FileErrors.text(e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (server != null) {
            kill();
        }
        try {
            delete();
        } catch (IOException e) {
            throw new RestoreException("cannot remove " + directory + ": " + FileErrors.text(e), e);
        }
    }

    /** Kills the server at once: its data are only a copy. It may be a child, if the program is a script. */
    private void kill() {
        Stream.concat(server.descendants(), Stream.of(server.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        try {
            if (!server.waitFor(SECONDS_TO_DIE, TimeUnit.SECONDS)) {
                throw new RestoreException("process " + server.pid() + " of " + program + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void delete() throws IOException {
        for (int attempt = 1; Files.exists(directory); attempt++) {
            try (Stream<Path> tree = Files.walk(directory)) {
                List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.deleteIfExists(path);
                }
            } catch (NoSuchFileException | DirectoryNotEmptyException | UncheckedIOException stillInUse) {
                // A restore that is being stopped may still write here.
                if (attempt == DELETE_ATTEMPTS) {
                    throw new IOException(stillInUse);
                }
                LockSupport.parkNanos(DELETE_PAUSE_NANOS);
            }
        }
    }
}
