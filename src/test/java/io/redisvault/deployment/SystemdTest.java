package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit for systemd; RunbookIT runs the start script that it names. */
class SystemdTest {

    private static final Path UNIT = Path.of("src/main/systemd/redis-vault.service");

    @TempDir
    private Path directory;

    @Test
    void systemdUnderstandsAllOfIt() throws IOException {
        Assumptions.assumeTrue(new Tool("systemd-analyze").isThere(), "no systemd on this machine");
        String unit = contentOf(UNIT.toFile())
                .replace("/opt/redis-vault", Path.of("").toAbsolutePath().toString());
        assertThat(verified(unit)).isEmpty();
        assertThat(verified(unit.replace("ProtectHome=", "ProtectHose="))).contains("ProtectHose");
    }

    private String verified(String unit) throws IOException {
        Path file = Files.writeString(directory.resolve("redis-vault.service"), unit);
        return new Tool("sh").run("-c", "systemd-analyze verify $0 2>&1", file.toString());
    }
}
