package io.redisvault.drill;

import io.redisvault.restore.RestoreTarget;
import io.redisvault.storage.FileErrors;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A temporary directory with a server in it; nothing is left of the two when it is closed, by whichever thread. */
final class DrillSandbox implements AutoCloseable {

    private static final String PREFIX = "redis-vault-drill-";
    private static final String DUMP = "dump.rdb";
    private static final String SOCKET = "socket";
    private static final String PASSWORD = "password.conf";
    private static final String LOOPBACK = "127.0.0.1";

    /** Linux has room for so many in the address of a Unix socket. */
    private static final int SOCKET_PATH_BYTES = 107;

    private static final int DELETE_ATTEMPTS = 20;

    /** As many as any dump may have; each takes the server less than a KiB. */
    private static final int DATABASES = 10_000;

    private final Path directory;
    private final Vertx vertx;
    private DrillServer server;
    private boolean closed;

    private DrillSandbox(Path directory, Vertx vertx) {
        this.directory = directory;
        this.vertx = vertx;
    }

    static DrillSandbox open(Path workDirectory, Vertx vertx) {
        try {
            DrillSandbox sandbox =
                    new DrillSandbox(Files.createTempDirectory(workDirectory.toAbsolutePath(), PREFIX), vertx);
            int excess = sandbox.file(SOCKET).toString().getBytes(StandardCharsets.UTF_8).length - SOCKET_PATH_BYTES;
            if (sandbox.hasSockets() && excess > 0) {
                sandbox.close();
                throw new DrillException("the path " + workDirectory + " is " + excess
                        + " bytes too long for the socket of a server: name a shorter one with --work-dir");
            }
            return sandbox;
        } catch (IOException e) {
            throw new DrillException("cannot work in " + workDirectory + ": " + FileErrors.text(e), e);
        }
    }

    RestoreTarget target() {
        return RestoreTarget.at(directory, DUMP);
    }

    /** Starts a server that loads the dump. */
    synchronized DrillServer start(Path program) {
        if (closed) {
            throw new DrillException("stopped");
        }
        List<String> settings = new ArrayList<>(List.of(
                "--dir",
                directory.toString(),
                "--dbfilename",
                DUMP,
                "--databases",
                Integer.toString(DATABASES),
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no"));
        String address = hasSockets() ? listenOnSocket(settings) : listenOnLoopback(settings);
        server = DrillServer.start(program, settings, address, file("output"), vertx);
        return server;
    }

    private boolean hasSockets() {
        return vertx.isNativeTransportEnabled();
    }

    /** The address, for the client. */
    private String listenOnSocket(List<String> settings) {
        String path = file(SOCKET).toString();
        settings.addAll(List.of("--port", "0", "--unixsocket", path));
        try {
            return new URI("unix", "", path, null, null).toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Where there are no sockets, as in a native executable: others on this machine may connect, but know no password. */
    private String listenOnLoopback(List<String> settings) {
        String password = UUID.randomUUID().toString();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            int port = free.getLocalPort();
            // While a process starts, everybody can see its arguments.
            Path file = Files.writeString(file(PASSWORD), "requirepass " + password);
            settings.add(0, file.toString());
            settings.addAll(List.of("--port", "" + port, "--bind", LOOPBACK));
            return "redis://:" + password + "@" + LOOPBACK + ":" + port;
        } catch (IOException e) {
            throw new DrillException("a server cannot be prepared: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (server != null) {
            server.close();
        }
        try {
            delete();
        } catch (IOException e) {
            throw new DrillException("cannot remove " + directory + ": " + FileErrors.text(e), e);
        }
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private void delete() throws IOException {
        for (int attempt = 1; Files.exists(directory); attempt++) {
            try (Stream<Path> tree = Files.walk(directory)) {
                List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.deleteIfExists(path);
                }
            } catch (NoSuchFileException | DirectoryNotEmptyException | UncheckedIOException stillInUse) {
                // By a restore that was stopped just now.
                if (attempt == DELETE_ATTEMPTS) {
                    throw new IOException(stillInUse);
                }
            }
        }
    }
}
