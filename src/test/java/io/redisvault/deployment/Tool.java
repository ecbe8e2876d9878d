package io.redisvault.deployment;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A program of this machine that not every machine has. */
record Tool(String name) {

    static final Tool KUBECTL = new Tool("kubectl");
    static final Tool PROMTOOL = new Tool("promtool");

    boolean isThere() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }

    /**
     * Runs it to its end.
     *
     * @return what it printed
     * @throws IllegalStateException if it failed, with what it printed
     */
    String run(String... arguments) {
        try {
            Path errors = Files.createTempFile(name, "errors");
            errors.toFile().deleteOnExit();
            ProcessBuilder builder = new ProcessBuilder(name).redirectError(errors.toFile());
            builder.command().addAll(List.of(arguments));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        String.join(" ", builder.command()) + ": " + output + Files.readString(errors));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
