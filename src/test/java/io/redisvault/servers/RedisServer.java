package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A real Redis in a process of its own, on a free port of the loopback address and with a data directory of its
 * own. It writes no dump by itself: {@link #save()} does.
 *
 * <p>The server is asked through its Unix socket, so an answer is always this process' answer, whoever else may
 * have been given its port. Not thread-safe.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 10;

    /** Redis answered with an error; the message is Redis' own, such as {@code NOPERM this user has no …}. */
    public static final class ErrorReply extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ErrorReply(String message) {
            super(message);
        }
    }

    private final RedisExecutable executable;
    private final String password;
    private final List<String> settings;
    private final boolean loadingIsReady;
    private final WorkDirectory directory = new WorkDirectory("rv-redis");
    private final Path data;
    private final Path socket = directory.file("redis.sock");
    private int port;
    private ServerProcess process;
    private RespClient client;

    private RedisServer(Builder builder) {
        executable = builder.executable == null ? RedisExecutable.standard() : RedisExecutable.of(builder.executable);
        password = builder.password;
        settings = List.copyOf(builder.settings);
        loadingIsReady = builder.loadingIsReady;
        data = builder.data == null ? directory.directory("data") : builder.data;
        if (builder.dump != null) {
            try {
                Files.copy(builder.dump, dumpFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A running server with no keys, no password and no persistence of its own accord. */
    public static RedisServer start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The program that servers run by default. */
    public static Path program() {
        return RedisExecutable.standard().path();
    }

    /** What a server is started with. */
    public static final class Builder {
        private Path executable;
        private String password;
        private Path data;
        private Path dump;
        private boolean loadingIsReady;
        private final List<String> settings = new ArrayList<>();

        private Builder() {}

        /** Another program than the standard one, such as {@code /usr/bin/redis-server}. */
        public Builder executable(Path path) {
            executable = path;
            return this;
        }

        /** The default user's password. */
        public Builder password(String value) {
            password = value;
            return setting("requirepass", value);
        }

        /** A further ACL user, such as {@code user("vault", "s3cret", "+role +info +ping")}. */
        public Builder user(String name, String userPassword, String rules) {
            settings.add("user " + name + " on >" + userPassword + " " + rules);
            return this;
        }

        /** A line of {@code redis.conf}; the last one of a name wins. */
        public Builder setting(String name, String... values) {
            settings.add(name + " " + quoted(values));
            return this;
        }

        /** An existing data directory, which outlives the server; else it has one of its own. */
        public Builder dataDirectory(Path path) {
            data = path;
            return this;
        }

        /** Copied to the data directory, so that the server starts with what is in it. */
        public Builder dump(Path path) {
            dump = path;
            return this;
        }

        /**
         * The start returns as soon as the server answers, even if only that it is loading its dump. To see that for
         * a while, set {@code key-load-delay} (microseconds) and give it an uncompressed dump of many MiB: while it
         * loads, Redis answers one command after each 2 MiB.
         */
        public Builder readyWhileLoading() {
            loadingIsReady = true;
            return this;
        }

        /**
         * Starts the server and waits until it answers.
         *
         * @throws IllegalStateException if it does not, with its log in the message
         */
        public RedisServer start() {
            RedisServer server = new RedisServer(this);
            try {
                server.launch(0);
                return server;
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
        }
    }

    private static String quoted(String... values) {
        return List.of(values).stream()
                .map(value -> "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                .collect(Collectors.joining(" "));
    }

    /** Redis knows no "any free port", so one is chosen, and another if somebody was faster. */
    private void launch(int wanted) {
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int candidate = wanted == 0 ? freePort() : wanted;
            writeConfiguration(candidate);
            process = ServerProcess.start(
                    directory.file("redis.log"),
                    List.of(
                            executable.path().toString(),
                            directory.file("redis.conf").toString()));
            if (process.await(START, this::answers)) {
                port = candidate;
                return;
            }
            if (!process.log().contains("Address already in use")) {
                throw new IllegalStateException("Redis did not start:\n" + process.log());
            }
            ServerProcess.pause(wanted == 0 ? 0 : 300);
        }
        throw new IllegalStateException("no port for Redis:\n" + process.log());
    }

    private void writeConfiguration(int candidate) {
        List<String> lines = new ArrayList<>(List.of(
                "bind 127.0.0.1",
                "port " + candidate,
                "unixsocket " + quoted(socket.toString()),
                "dir " + quoted(data.toString()),
                "save \"\"",
                "appendonly no",
                "repl-diskless-sync-delay 0",
                "repl-ping-replica-period 1"));
        if (executable.major() >= 7) {
            lines.add("enable-debug-command local");
        }
        lines.addAll(settings);
        try {
            Files.write(directory.file("redis.conf"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = probe.getLocalPort();
            // A node of a cluster takes the one that is larger by 10,000 as well.
            return port < 55_000 ? port : freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try {
            RespClient connected = RespClient.connect(UnixDomainSocketAddress.of(socket));
            try {
                if (password != null) {
                    connected.call("AUTH", password);
                }
                connected.call("PING");
            } catch (ErrorReply e) {
                if (!loadingIsReady || !e.getMessage().startsWith("LOADING")) {
                    connected.close();
                    return false;
                }
            }
            client = connected;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What Redis answers, as text: {@code "OK"}, {@code "42"}, an array as {@code [a, b]}, null for nil. */
    public String command(String... command) {
        Object reply = call(command);
        return reply == null ? null : reply.toString();
    }

    /** The elements Redis answers, each a String, a Long, a List of these, or null. */
    public List<?> list(String... command) {
        return (List<?>) call(command);
    }

    private Object call(String... command) {
        try {
            return client.call(command);
        } catch (IOException e) {
            throw new UncheckedIOException("Redis on port " + port + ": " + String.join(" ", command), e);
        }
    }

    /** Whether it has a command of that name. */
    public boolean knows(String command) {
        return list("COMMAND", "INFO", command).get(0) != null;
    }

    /** One line of {@code INFO}, such as {@code info("redis_version")}; null if there is none of that name. */
    public String info(String name) {
        return command("INFO", "everything")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    public void set(String key, String value) {
        command("SET", key, value);
    }

    /** Adds {@code count} keys {@code key:0}… with values of {@code bytes} bytes, compressible ones. */
    public void populate(long count, int bytes) {
        command("DEBUG", "POPULATE", Long.toString(count), "key", Integer.toString(bytes));
    }

    public long keys() {
        return Long.parseLong(command("DBSIZE"));
    }

    /** Writes the dump, the way {@code SAVE} does: to a temporary file that then takes the dump's name. */
    public void save() {
        command("SAVE");
    }

    /** Makes this a replica, and returns when it is in sync with its master. */
    public void replicaOf(RedisServer master) {
        if (master.password != null) {
            command("CONFIG", "SET", "masterauth", master.password);
        }
        command("REPLICAOF", "127.0.0.1", Integer.toString(master.port));
        boolean alive = process.await(START, () -> "up".equals(info("master_link_status")));
        if (!alive) {
            throw new IllegalStateException("replica ended:\n" + log());
        }
    }

    /** Makes it connect by TLS to masters, which have to have this certificate; false if it was built without TLS. */
    public boolean replicatesByTls(TlsIdentity identity) {
        if (list("CONFIG", "GET", "tls-replication").isEmpty()) {
            return false;
        }
        command("CONFIG", "SET", "tls-cert-file", identity.certificate().toString());
        command("CONFIG", "SET", "tls-key-file", identity.key().toString());
        command("CONFIG", "SET", "tls-ca-cert-file", identity.certificate().toString());
        command("CONFIG", "SET", "tls-replication", "yes");
        return true;
    }

    /** Makes this a master again. */
    public void promote() {
        command("REPLICAOF", "NO", "ONE");
    }

    public int port() {
        return port;
    }

    /** {@code redis://127.0.0.1:PORT}, with the default user's password if there is one. */
    public String url() {
        return "redis://" + (password == null ? "" : ":" + encoded(password) + "@") + "127.0.0.1:" + port;
    }

    /** {@link #url()} for one of the ACL users. */
    public String url(String user, String userPassword) {
        return "redis://" + encoded(user) + ":" + encoded(userPassword) + "@127.0.0.1:" + port;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public Path unixSocket() {
        return socket;
    }

    /** The server's own version, such as {@code 6.2.11}. */
    public String version() {
        return executable.version();
    }

    public Path dataDirectory() {
        return data;
    }

    /** Where {@link #save()} writes; need not exist yet. */
    public Path dumpFile() {
        return data.resolve("dump.rdb");
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    public String log() {
        return process == null ? "" : process.log();
    }

    /** Ends the server as an orderly stop does; its data directory stays. */
    public void stop() {
        disconnect();
        process.stop();
    }

    /** Ends the server as a crash does; its data directory stays. */
    public void kill() {
        disconnect();
        process.kill();
    }

    /** Starts it again on the same port and data directory, after stopping it if it runs. */
    public void restart() {
        if (isRunning()) {
            stop();
        }
        launch(port);
    }

    private void disconnect() {
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            client = null;
        }
    }

    @Override
    public void close() {
        if (isRunning()) {
            kill();
        }
        directory.close();
    }
}
