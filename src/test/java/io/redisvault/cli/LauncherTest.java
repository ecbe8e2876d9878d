package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.VaultVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    private static final String PROPERTY = "ZstdNativePath";

    @Test
    void argumentsThatMeanNothingAreOneLineWithoutTheirValues() {
        assertThat(launch("list", "--token=hunter2")).startsWith("2 redis-vault: '--token' is unknown; ");
        assertThat(launch("list", "@/etc/passwd")).startsWith("2 redis-vault: '@/etc/passwd' is unknown; ");
        assertThat(launch("--once", "list")).isEqualTo("2 redis-vault: --once goes without a command");
    }

    @Test
    void eachCommandSaysItsVersionAndItsOptions() {
        assertThat(launch("serve", "--help")).startsWith("0 Usage: redis-vault serve ");
        assertThat(launch("list", "--version")).isEqualTo(launch("--version")).contains(VaultVersion.CURRENT);
    }

    /** The exit code, and all that was printed. */
    private static String launch(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(System.out);
        try {
            return Launcher.launch(args) + " "
                    + printed.toString(StandardCharsets.UTF_8).strip();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Test
    void theLibraryBesideTheExecutableIsUsed(@TempDir Path directory) throws IOException {
        Path executable = Files.createFile(directory.resolve("redis-vault"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), executable);
        try {
            Launcher.useZstdBeside(link);
            Launcher.useZstdBeside(directory.resolve("none"));
            assertThat(System.getProperty(PROPERTY)).isNull();

            Path library = Files.createFile(directory.resolve("libzstd-jni.so"));
            Launcher.useZstdBeside(link);
            assertThat(System.getProperty(PROPERTY))
                    .isEqualTo(library.toRealPath().toString());
        } finally {
            System.clearProperty(PROPERTY);
        }
    }
}
