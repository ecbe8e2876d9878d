package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real bash completes what is typed. */
class CompletionCommandTest {

    @TempDir
    private Path directory;

    @Test
    void commandsAndOptionsAreCompleted() throws Exception {
        assertThat(completions("")).contains("backup", "check", "list", "nodes", "restore", "completion", "help");
        assertThat(completions("no")).containsExactly("nodes");
        assertThat(completions("list --no")).containsExactly("--node");
        assertThat(completions("completion ")).contains("BASH", "ZSH");
    }

    @Test
    void anotherShellIsOneLineThatNamesTheOnesThereAre() {
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Launcher.launch("completion", "fish")).isEqualTo(RedisVault.WRONG_USAGE);
        } finally {
            System.setErr(err);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).hasLineCount(1).contains("BASH", "ZSH", "'fish'");
    }

    private String[] completions(String typed) throws Exception {
        assumeThat(Path.of("/bin/bash")).exists();
        Path script = Files.writeString(directory.resolve("completion"), script());
        Process bash = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "source " + script + "; COMP_WORDS=(redis-vault " + typed
                                + (typed.isEmpty() || typed.endsWith(" ") ? " ''" : "")
                                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_redis-vault;"
                                + " echo ${COMPREPLY[@]}")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split(" ");
    }

    private static String script() {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Launcher.launch("completion", "bash")).isZero();
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
