package io.redisvault.drill;

import io.redisvault.redis.ServerInfo;
import io.redisvault.storage.FileErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.redis.client.RedisOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server in a process of its own, which nobody else can ask. */
final class DrillServer implements AutoCloseable {

    private static final int SECONDS_TO_DIE = 10;
    private static final String PATH = "PATH";

    private static final int LAST_LINES = 3;
    /** Follows the line that tells what went wrong, with pages of stacks and registers. */
    private static final String CRASH_REPORT = "BUG REPORT START";
    /** Such as {@code 4711:M 28 Nov 2026 10:20:30.123 #}. */
    private static final Pattern STAMP_OF_WARNING = Pattern.compile("^\\d+:[A-Z] .{10,40} # ");

    private static final Pattern OF_EACH_START =
            Pattern.compile("oO0Oo|version=|Configuration loaded|Server initialized|WARNING|Warning:");

    /** The server did not load the dump; the message says why. */
    static final class NotLoadedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotLoadedException(String message) {
            super(message);
        }
    }

    private final Path program;
    private final Process process;
    private final Path output;
    private final Redis client;

    private DrillServer(Path program, Process process, Path output, Redis client) {
        this.program = program;
        this.process = process;
        this.output = output;
        this.client = client;
    }

    /**
     * Starts a server.
     *
     * @param settings as on its command line
     * @param address where it listens then
     * @param output the file for all that it says
     */
    static DrillServer start(Path program, List<String> settings, String address, Path output, Vertx vertx) {
        List<String> command = new ArrayList<>(List.of(program.toAbsolutePath().toString()));
        command.addAll(settings);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // No credentials of ours for a program that has no use for them.
        builder.environment().keySet().removeIf(name -> !name.equals(PATH));
        RedisOptions options = new RedisOptions()
                .setConnectionString(address)
                .setProtocolNegotiation(false)
                .setMaxPoolSize(1);
        try {
            return new DrillServer(program, builder.start(), output, Redis.createClient(vertx, options));
        } catch (IOException e) {
            throw new DrillException("cannot start " + program + ": " + e.getMessage(), e);
        }
    }

    /**
     * What the server says of itself once it has loaded its dump. Fails with {@link NotLoadedException}: as soon as its
     * process ends, or when the time is over.
     */
    Uni<ServerInfo> loaded(Duration limit) {
        Uni<ServerInfo> question = Uni.createFrom()
                .deferred(() -> client.send(Request.cmd(Command.INFO)))
                .map(info -> ServerInfo.parse(info.toString()));
        Uni<ServerInfo> answer = ServerInfo.until(info -> !info.loading(), question);
        Uni<ServerInfo> end = Uni.createFrom()
                .completionStage(process::onExit)
                .onItem()
                .transformToUni(exited -> Uni.createFrom()
                        .failure(new NotLoadedException(program + " exited with " + exited.exitValue()
                                + " before it had loaded the dump" + lastWords())));
        return Uni.join()
                .first(answer, end)
                .toTerminate()
                .ifNoItem()
                .after(limit)
                .failWith(() -> new NotLoadedException(
                        program + " had not loaded the dump after " + limit.toSeconds() + " s" + lastWords()));
    }

    /** The last lines in which the server warns of something, else its last lines; empty if it said nothing. */
    private String lastWords() {
        try (InputStream bytes = Files.newInputStream(output)) {
            List<String> lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))
                    .lines()
                    .takeWhile(line -> !line.contains(CRASH_REPORT))
                    .filter(line -> !line.isBlank())
                    .toList();
            List<String> warnings = lines.stream()
                    .filter(line -> STAMP_OF_WARNING.matcher(line).find())
                    .filter(line -> !OF_EACH_START.matcher(line).find())
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

    /** Its data are a copy, so it may die at once. */
    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
        try {
            if (!process.waitFor(SECONDS_TO_DIE, TimeUnit.SECONDS)) {
                throw new DrillException("process " + process.pid() + " of " + program + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
