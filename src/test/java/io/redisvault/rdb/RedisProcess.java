package io.redisvault.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/** A real Redis server over a directory, and a connection to it. */
final class RedisProcess implements AutoCloseable {

    private static final Path DEBIAN = Path.of("/usr/bin/redis-server");

    /** Unpacked once. */
    private static final List<Path> SERVERS = find();

    private static final int PATIENCE_MS = 20_000;

    private final Process process;
    private final int port;
    private final Socket socket;
    private final InputStream answers;

    /** The servers that this machine has, of different versions. */
    static List<Path> servers() {
        return SERVERS;
    }

    private static List<Path> find() {
        try {
            List<Path> servers = new ArrayList<>();
            servers.add(ExecutableProvider.newJarResourceProvider().get().toPath());
            if (Files.isExecutable(DEBIAN)) {
                servers.add(DEBIAN);
            }
            return servers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server that loads {@code dump.rdb} of the directory, if there is one, and saves only when told to. */
    RedisProcess(Path server, Path directory, String... settings) throws IOException, InterruptedException {
        port = freePort();
        List<String> command = new ArrayList<>(List.of(server.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", directory.toString(), "--save", ""));
        command.addAll(List.of(settings));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        socket = connect(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS));
        socket.setSoTimeout(PATIENCE_MS);
        answers = new BufferedInputStream(socket.getInputStream());
        while (call("PING").startsWith("-LOADING")) {
            Thread.sleep(20);
        }
    }

    int port() {
        return port;
    }

    /** Sends a command; the first line of the answer, a bulk string's content, or an array's items. */
    String call(String... words) throws IOException {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            command.append("$%d\r\n%s\r\n".formatted(word.getBytes(UTF_8).length, word));
        }
        socket.getOutputStream().write(command.toString().getBytes(UTF_8));
        return answer();
    }

    private String answer() throws IOException {
        String line = line();
        int number = line.startsWith("$") || line.startsWith("*") ? Integer.parseInt(line.substring(1)) : 0;
        if (line.startsWith("$") && number >= 0) {
            String bulk = new String(answers.readNBytes(number), UTF_8);
            line();
            return bulk;
        }
        for (int item = 0; line.startsWith("*") && item < number; item++) {
            line += " " + answer();
        }
        return line;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = answers.read(); c != '\n'; c = answers.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private Socket connect(long deadline) throws IOException, InterruptedException {
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    process.destroyForcibly();
                    throw notYet;
                }
                Thread.sleep(20);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroyForcibly().onExit().join();
    }
}
