package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    private static final String PROPERTY = "ZstdNativePath";

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
