package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FakeS3;
import io.redisvault.servers.GcsServer;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that other tests only read, each in a whole backup, together with those that go with it. */
class SettingsInUseIT {

    /** Of which a chunk takes a few milliseconds. */
    private static final String RATE = "16MiB";

    @TempDir
    private Path data;

    private Path dump;

    @BeforeEach
    void save() throws IOException {
        dump = SyntheticDump.write(data.resolve("saved.rdb"), 9 << 20, 1);
    }

    @Test
    void ofS3() {
        try (FakeS3 server = FakeS3.start()) {
            backUp(Map.of(
                    "S3_ENDPOINT", server.endpoint().toString(),
                    "STORAGE_URL", "s3://Team_Backups/a/b",
                    "AWS_REGION", "RegionOne",
                    "AWS_ACCESS_KEY_ID", "key",
                    "AWS_SECRET_ACCESS_KEY", "secret",
                    "S3_STORAGE_CLASS", "STANDARD_IA",
                    "S3_SSE", "aws:kms",
                    "S3_SSE_KMS_KEY_ID", "a-key",
                    "S3_CONDITIONAL_WRITES", "false",
                    "S3_CHECKSUMS", "false"));
            assertThat(server.objects().keySet())
                    .singleElement()
                    .asString()
                    .startsWith("a/b/node-7_")
                    .endsWith(".rdb");
            assertThat(server.requests())
                    .noneMatch(request -> request.headers().containsKey("if-none-match"))
                    .filteredOn(request -> request.is("POST") && request.asks("uploads"))
                    .singleElement()
                    .satisfies(begun -> assertThat(begun.headers())
                            .containsEntry("x-amz-storage-class", "STANDARD_IA")
                            .containsEntry("x-amz-server-side-encryption", "aws:kms")
                            .containsEntry("x-amz-server-side-encryption-aws-kms-key-id", "a-key"));
        }
    }

    @Test
    void ofGoogle() throws IOException {
        try (GcsServer server = GcsServer.start().withBucket("backups")) {
            backUp(Map.of(
                    "GCS_ENDPOINT", server.uri().toString(),
                    "STORAGE_URL", "gs://backups/a",
                    "GCS_CREDENTIALS", "none"));
            assertThat(server.uploadedBytes()).isEqualTo(Files.size(dump));
        }
    }

    @Test
    void ofADirectory(@TempDir Path backups) throws IOException {
        backUp(Map.of("STORAGE_URL", backups.toUri().toString()));
        try (var stored = Files.list(backups)) {
            assertThat(stored).singleElement().satisfies(backup -> assertThat(backup)
                    .hasSameBinaryContentAs(dump));
        }
    }

    private void backUp(Map<String, String> storage) {
        VaultProcess.Builder vault = VaultProcess.with(storage)
                .and("REDIS_CONNECTION", "redis://127.0.0.1:1")
                .and("REDIS_DATA_PATH", data.toString())
                .and("REDIS_NODE_NAME", "node-7")
                .and("DUMP_FILENAME", "saved.rdb")
                .and("BACKUP_RATE_LIMIT", RATE)
                .and("VERIFY_DUMP", "false");
        Exit exit = vault.run("backup");
        assertThat(exit.code()).as(exit.err()).isZero();
    }
}
