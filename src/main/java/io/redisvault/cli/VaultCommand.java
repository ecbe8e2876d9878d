package io.redisvault.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that does one thing and exits. */
abstract class VaultCommand implements Callable<Integer> {

    @Inject
    ObjectMapper mapper;

    /** Set once, before the command begins. */
    private static volatile boolean silent;

    @Option(
            names = {"-q", "--quiet"},
            description = "print only the result, and errors")
    private boolean quiet;

    @Option(names = "--json", description = "print JSON, for programs")
    private boolean json;

    /** Prepares what Quarkus must know before it starts. */
    void beforeStart() {}

    /** Address of the server that takes the place of the configured Redis. */
    Optional<String> server() {
        return Optional.empty();
    }

    /** Prints a result: as JSON if that is wanted, else as text, if there is any. */
    void print(Object result, String text) {
        try {
            String shown = json ? mapper.writeValueAsString(result) : text;
            if (!shown.isEmpty()) {
                System.out.println(shown);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public abstract Integer call();

    /** Makes {@link #note} silent if this command is to be quiet, which it returns. */
    boolean silence() {
        silent = quiet;
        return quiet;
    }

    static boolean isSilent() {
        return silent;
    }

    /** Prints a line for people, beside the result. */
    static void note(String text) {
        if (!silent) {
            error(text);
        }
    }

    /** Prints why there is no result. */
    static void error(String text) {
        System.err.println("redis-vault: " + text);
    }
}
