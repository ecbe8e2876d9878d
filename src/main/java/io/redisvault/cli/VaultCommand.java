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

/** A command that does one thing and exits. */
abstract class VaultCommand implements Callable<Integer> {

    @Inject
    ObjectMapper mapper;

    /** Set once, before the command begins. */
    private static volatile boolean silent;

    @Spec
    CommandSpec command;

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

    @Override
    public abstract Integer call() throws IOException;

    /** Prints a result: as JSON if that is wanted, else as text, if there is any. */
    void print(Object result, String text) throws IOException {
        String shown = json ? mapper.writeValueAsString(result) : text;
        if (!shown.isEmpty()) {
            System.out.println(shown);
        }
    }

    /** Options that do not go together, or a value that is not allowed. */
    ParameterException wrong(String what) {
        return new ParameterException(command.commandLine(), what);
    }

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
