package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The packaged application in a process of its own, with nothing in its environment but what a test puts there; or the
 * executable that the system property {@code redis-vault.program} names.
 */
public final class VaultProcess implements AutoCloseable {

    /** What a process leaves when it ends. */
    public record Exit(int code, String out, String err) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path OPTIONS = Path.of("src/main/docker/jvm.options").toAbsolutePath();
    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Optional<Path> PROGRAM =
            Optional.ofNullable(System.getProperty("redis-vault.program")).map(Path::of);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final Path out;
    private final Path err;
    private final int port;

    private VaultProcess(Process process, Path out, Path err, int port) {
        this.process = process;
        this.out = out;
        this.err = err;
        this.port = port;
    }

    public static Builder with(Map<String, String> environment) {
        return new Builder(environment, PROGRAM.isPresent() ? List.of() : Archive.OPTIONS);
    }

    private static final class Archive {
        static final List<String> OPTIONS = ClassArchive.options("redis-vault", JAR, VaultProcess::takeOneBackup);
    }

    private static void takeOneBackup(String recording) {
        try (Surroundings surroundings = Surroundings.start()) {
            surroundings.redis().save();
            try (VaultProcess vault = new Builder(surroundings.environment(), List.of())
                    .jvm("-XX:MaxMetaspaceSize=256m", recording)
                    .serve()) {
                vault.post("/backup");
                vault.terminate();
                vault.waitFor();
            }
        }
    }

    /** What to type for {@code redis-vault}. */
    static String command() {
        return String.join(" ", with(Map.of()).command());
    }

    /** How to start one. */
    public static final class Builder {
        private final Map<String, String> environment;
        private final List<String> jvmOptions = new ArrayList<>(List.of("@" + OPTIONS));
        private List<String> launcher = List.of();
        private Path directory;
        private boolean onTerminal;

        private Builder(Map<String, String> environment, List<String> archive) {
            this.environment = new HashMap<>(environment);
            jvmOptions.addAll(archive);
        }

        public Builder and(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        public Builder jvm(String... options) {
            jvmOptions.addAll(List.of(options));
            return this;
        }

        /** A command that starts it, such as one that changes the user. */
        public Builder through(List<String> command) {
            launcher = command;
            return this;
        }

        /** The working directory, where {@code config.yaml} is looked for; an empty one by default. */
        public Builder in(Path workingDirectory) {
            directory = workingDirectory;
            return this;
        }

        /** On a terminal, whose screen is its output. */
        public Builder onTerminal() {
            onTerminal = true;
            return this;
        }

        /** Runs a command to its end. */
        public Exit run(String... arguments) {
            // Starts sooner, and there are many starts.
            jvm("-XX:TieredStopAtLevel=1");
            try (VaultProcess vault = start(0, arguments)) {
                return vault.waitFor();
            }
        }

        /** Starts a command, and does not wait for it. */
        public VaultProcess launch(String... arguments) {
            return start(0, arguments);
        }

        /** Starts the service on a free port and waits until it is ready. */
        public VaultProcess serve(String... arguments) {
            environment.putIfAbsent("INITIAL_DELAY", "1h");
            int port = freePort();
            VaultProcess vault = start(port, arguments);
            vault.awaitReady();
            return vault;
        }

        private VaultProcess start(int port, String... arguments) {
            try {
                WorkDirectory files = new WorkDirectory("redis-vault");
                List<String> command = new ArrayList<>(launcher);
                command.addAll(command());
                command.addAll(List.of(arguments));
                Path out = files.file("out");
                Path err = files.file("err");
                ProcessBuilder builder = new ProcessBuilder(onTerminal ? onTerminal(command) : command)
                        .directory((directory == null ? files.path() : directory).toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
                builder.environment().clear();
                builder.environment().putAll(environment);
                if (port != 0) {
                    builder.environment().put("HTTP_PORT", String.valueOf(port));
                }
                return new VaultProcess(builder.start(), out, err, port);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static List<String> onTerminal(List<String> command) {
            return List.of("script", "--quiet", "--return", "--command", String.join(" ", command), "/dev/null");
        }

        private List<String> command() {
            List<String> command = new ArrayList<>();
            if (PROGRAM.isPresent()) {
                command.add(PROGRAM.get().toAbsolutePath().toString());
                // Of the JVM's options an executable knows these.
                jvmOptions.stream()
                        .filter(option -> option.startsWith("-D") || option.startsWith("-Xmx"))
                        .forEach(command::add);
                return command;
            }
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.add("-jar");
            command.add(JAR.toString());
            return command;
        }

        /** Outside the range from which the system takes ports for clients, or one might be taken before the start. */
        public static int freePort() {
            for (int attempt = 0; attempt < 100; attempt++) {
                int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
                try (ServerSocket socket = new ServerSocket(port)) {
                    return socket.getLocalPort();
                } catch (IOException taken) {
                    // The next one may be free.
                }
            }
            throw new IllegalStateException("no free port");
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IllegalStateException("exited with " + process.exitValue() + ": " + output());
            }
            try {
                if (get("/q/health/ready").statusCode() == 200) {
                    return;
                }
            } catch (CompletionException notYet) {
                pause();
            }
        }
        throw new IllegalStateException("not ready: " + output());
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send(with(headers, request(path).GET())).join();
    }

    public HttpResponse<String> post(String path, String... headers) {
        return postAsync(path, headers).join();
    }

    public CompletableFuture<HttpResponse<String>> postAsync(String path, String... headers) {
        return send(with(headers, request(path).POST(BodyPublishers.noBody())));
    }

    private static HttpRequest with(String[] headers, HttpRequest.Builder request) {
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url().resolve(path)).timeout(Duration.ofMinutes(5));
    }

    private static CompletableFuture<HttpResponse<String>> send(HttpRequest request) {
        return HTTP.sendAsync(request, BodyHandlers.ofString());
    }

    public URI url() {
        return URI.create("http://localhost:" + port);
    }

    public long pid() {
        return process.pid();
    }

    /** Everything the process has printed so far. */
    public String output() {
        return read(out) + read(err);
    }

    /** Peak resident memory in KiB, as the kernel counts it. */
    public long peakMemory() {
        return status().value("VmHWM");
    }

    /** The same of a command, which is waited for. */
    public long peakMemoryUntilExit() {
        long peak = 0;
        while (process.isAlive()) {
            try {
                peak = Math.max(peak, peakMemory());
            } catch (UncheckedIOException | NoSuchElementException justEnded) {
                // What it had is gone with it.
            }
        }
        return peak;
    }

    /** Resident memory in KiB. */
    public long memory() {
        return status().value("VmRSS");
    }

    private ProcessStatus status() {
        return new ProcessStatus(pid());
    }

    public long threads() {
        return status().value("Threads");
    }

    /** How many file descriptors are open, sockets included. */
    public long openFiles() {
        return status().openFiles();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Asks it to stop, as Kubernetes does. */
    public void terminate() {
        process.destroy();
    }

    /** Takes it away in the middle of whatever it does. */
    public void kill() {
        process.destroyForcibly();
        waitFor();
    }

    public Exit waitFor() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running: " + output());
            }
            return new Exit(process.exitValue(), read(out), read(err));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
