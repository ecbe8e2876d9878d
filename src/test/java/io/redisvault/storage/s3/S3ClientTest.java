package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ClientTest {

    @Test
    void knowsMuslByItsLinker(@TempDir Path libraries) throws IOException {
        Files.createFile(libraries.resolve("ld-linux-x86-64.so.2"));
        assertThat(S3Client.hasMusl(libraries)).isFalse();

        Files.createFile(libraries.resolve("ld-musl-aarch64.so.1"));
        assertThat(S3Client.hasMusl(libraries)).isTrue();

        assertThat(S3Client.hasMusl(libraries.resolve("missing"))).isFalse();
    }
}
