package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Root;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image of Redis writes its dump as user 999 for nobody else: whoever runs the sidecar as another one is told so. */
class UnreadableDumpIT {

    private static final int USER_OF_REDIS = 999;

    @TempDir
    private Path directory;

    @Test
    void theErrorNamesBothUsers() throws IOException, InterruptedException {
        Root.isNeededBoundByModes();
        Path data = Files.createDirectory(directory.resolve("data"));
        Path backups = Files.createDirectory(directory.resolve("backups"));
        Path dump = SyntheticDump.write(data.resolve("dump.rdb"), 1000, 1);
        Files.setPosixFilePermissions(dump, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Root.giveTo(USER_OF_REDIS, dump);
        Root.giveTo(USER_OF_REDIS, data);

        Map<String, String> environment = Map.of(
                "REDIS_CONNECTION", "redis://localhost:1",
                "REDIS_DATA_PATH", data.toString(),
                "STORAGE_URL", backups.toUri().toString());
        try (VaultProcess vault =
                VaultProcess.with(environment).through(Root.BOUND_BY_MODES).serve()) {
            String both = dump + ": permission denied: this process runs as user 0, ";
            assertUnreadable(vault, both + "the file belongs to user 999 with mode rw-------");

            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
            HttpResponse<String> hidden = vault.post("/backup");
            assertThat(hidden.statusCode()).isEqualTo(500);
            assertThat(hidden.body()).contains(both + "its directory belongs to user 999 with mode rwx------");

            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
            Root.giveTo(0, dump);
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
        }
    }

    private static void assertUnreadable(VaultProcess vault, String reason) {
        HttpResponse<String> answer = vault.post("/backup");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .contains(
                        "urn:redis-vault:problem:dump-unreadable", reason, "let this process run as the user of Redis");
        assertThat(vault.get("/q/health/group/backup").body()).contains(reason);
        assertThat(vault.output()).contains(reason);
    }
}
