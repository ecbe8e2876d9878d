package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.GcsServer;
import io.redisvault.servers.JvmOnly;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job is the same with each storage, and only the selected one's client is loaded. */
@JvmOnly
class StorageSelectionIT {

    private static final String S3 = "software.amazon.awssdk.services.s3.DefaultS3AsyncClient ";
    private static final String GOOGLE = "com.google.api.client.http.";

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path directory;

    @Test
    void s3() throws IOException {
        assertThat(classesLoadedByTheJob(surroundings.environment()))
                .contains(S3)
                .doesNotContain(GOOGLE);
    }

    @Test
    void gcs() throws IOException {
        try (GcsServer server = GcsServer.start().withBucket("backups")) {
            Map<String, String> gcs = Map.of(
                    "STORAGE_TYPE", "gcs",
                    "GCS_BUCKET", "backups",
                    "GCS_ENDPOINT", server.uri().toString(),
                    "GCS_CREDENTIALS", "none");
            assertThat(classesLoadedByTheJob(gcs)).contains(GOOGLE).doesNotContain(S3);
        }
    }

    @Test
    void filesystem() throws IOException {
        Map<String, String> filesystem =
                Map.of("STORAGE_TYPE", "filesystem", "STORAGE_URL", "file://" + directory + "/backups");
        assertThat(classesLoadedByTheJob(filesystem)).doesNotContain(GOOGLE).doesNotContain(S3);
    }

    /** Stores and lists. */
    private String classesLoadedByTheJob(Map<String, String> storage) throws IOException {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        VaultProcess.Builder vault = VaultProcess.with(storage)
                .and("REDIS_CONNECTION", surroundings.redis().url())
                .and("REDIS_DATA_PATH", surroundings.redis().dataDirectory().toString())
                .jvm("-Xlog:class+load:file=" + classes + "/%p::filecount=0");
        newDump();
        assertThat(run(vault, 0, "--once").err()).contains("stored");
        assertThat(run(vault, 0, "list").out()).contains(".rdb");
        StringBuilder loaded = new StringBuilder();
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(classes)) {
            for (Path log : logs) {
                loaded.append(Files.readString(log));
            }
        }
        return loaded.toString();
    }

    /** Backups are named by the second in which their dump was saved. */
    private static void newDump() {
        try {
            Thread.sleep(1100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        surroundings.redis().populate(10, 10);
        surroundings.redis().save();
    }

    private static Exit run(VaultProcess.Builder vault, int code, String command) {
        Exit exit = vault.run(command);
        assertThat(exit.code()).as(exit.out() + exit.err()).isEqualTo(code);
        return exit;
    }
}
