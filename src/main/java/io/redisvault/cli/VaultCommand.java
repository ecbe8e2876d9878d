package io.redisvault.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that does one thing and exits. */
abstract class VaultCommand implements Callable<Integer> {

    @Inject
    ObjectMapper mapper;

    @Option(names = "--json", description = "print JSON, for programs")
    private boolean json;

    /** Prepares what Quarkus must know before it starts. */
    void beforeStart() {}

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

    /** Prints a line for people, beside the result. */
    static void note(String text) {
        System.err.println("redis-vault: " + text);
    }
}
