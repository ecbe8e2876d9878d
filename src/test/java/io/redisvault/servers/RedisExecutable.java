package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/**
 * A Redis (or Valkey) server's program that runs on this machine.
 *
 * @param path the program
 * @param version what it says of itself, such as {@code 6.2.11}
 */
record RedisExecutable(Path path, String version) {

    private static final Pattern VERSION = Pattern.compile("v=(\\d+\\.\\d+\\.\\d+)");

    /** Extracting takes its time, so once for all servers. */
    private static final class Default {
        static final RedisExecutable INSTANCE = find();
    }

    /** The bundled one for x86-64 needs OpenSSL 3, which not every system has; the 32-bit one needs nothing. */
    private static final Map<OsArchitecture, String> STATIC_LINUX =
            Map.of(OsArchitecture.UNIX_x86_64, "/redis-server-6.2.7-linux-386");

    /**
     * The program named by the system property {@code redis.executable}, else the first that runs of the one
     * bundled for this system, the one in the PATH and a bundled one that needs no libraries.
     */
    static RedisExecutable standard() {
        return Default.INSTANCE;
    }

    static RedisExecutable of(Path path) {
        List<String> problems = new ArrayList<>();
        RedisExecutable executable = tried(path, problems);
        if (executable == null) {
            throw new IllegalStateException(String.join("\n", problems));
        }
        return executable;
    }

    int major() {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    private static RedisExecutable find() {
        String named = System.getProperty("redis.executable");
        if (named != null) {
            return of(Path.of(named));
        }
        List<String> problems = new ArrayList<>();
        return Stream.<Supplier<List<Path>>>of(
                        () -> bundled(ExecutableProvider.newProvidedVersionsMap(), problems),
                        () -> inPath(problems),
                        () -> bundled(STATIC_LINUX, problems))
                .map(Supplier::get)
                .flatMap(List::stream)
                .map(path -> tried(path, problems))
                .filter(executable -> executable != null)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("no redis-server runs here:\n" + String.join("\n", problems)));
    }

    private static List<Path> bundled(Map<OsArchitecture, String> programs, List<String> problems) {
        WorkDirectory directory = new WorkDirectory("rv-redis-bin");
        try {
            return List.of(ExecutableProvider.newJarResourceProvider(
                            () -> directory.path().toFile(), programs)
                    .get()
                    .toPath());
        } catch (IOException | RuntimeException e) {
            problems.add("bundled: " + e);
            return List.of();
        }
    }

    private static List<Path> inPath(List<String> problems) {
        try {
            return List.of(
                    ExecutableProvider.newExecutableInPath("redis-server").get().toPath());
        } catch (IOException | RuntimeException e) {
            problems.add("PATH: " + e);
            return List.of();
        }
    }

    private static RedisExecutable tried(Path path, List<String> problems) {
        try (WorkDirectory directory = new WorkDirectory("rv-redis-try")) {
            Path output = directory.file("output");
            new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(said);
            if (version.find()) {
                return new RedisExecutable(path, version.group(1));
            }
            problems.add(path + " --version: " + said.strip());
        } catch (IOException | UncheckedIOException e) {
            problems.add(path + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problems.add(path + ": interrupted");
        }
        return null;
    }
}
