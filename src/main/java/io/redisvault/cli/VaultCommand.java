package io.redisvault.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Base of the commands that do one thing and exit: their output and common options. */
abstract class VaultCommand implements Callable<Integer> {

    @Inject
    ObjectMapper mapper;

    /** Set once, before the command starts. */
    private static volatile boolean silent;

    @Spec
    CommandSpec command;

    @Option(
            names = {"-q", "--quiet"},
            description = "print only the result and errors")
    private boolean quiet;

    @Option(names = "--json", description = "print JSON, for programs")
    private boolean json;

    /** Checks options and sets properties before Quarkus starts. */
    void beforeStart() {}

    /** Address of a server to use instead of the configured Redis; empty if there is none. */
    Optional<String> server() {
        return Optional.empty();
    }

    @Override
    public abstract Integer call() throws IOException;

    /** Prints the result to standard output: as JSON with {@code --json}, else as text, unless that is empty. */
    void print(Object result, String text) throws IOException {
        String shown = json ? mapper.writeValueAsString(result) : text;
        if (!shown.isEmpty()) {
            System.out.println(shown);
        }
    }

    /** An exception for wrong usage; to be thrown by the caller. */
    ParameterException wrong(String what) {
        return new ParameterException(command.commandLine(), what);
    }

    /** Silences {@link #note} if {@code --quiet} was passed; returns whether it was. */
    boolean silence() {
        silent = quiet;
        return quiet;
    }

    static boolean isSilent() {
        return silent;
    }

    /** Prints a line for people to standard error, unless silenced. */
    static void note(String text) {
        if (!silent) {
            error(text);
        }
    }

    /** Prints a line to standard error, even if silenced. */
    static void error(String text) {
        System.err.println("redis-vault: " + text);
    }
}
