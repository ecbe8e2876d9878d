package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.drill.Drill;
import io.redisvault.rdb.EveryType;
import io.redisvault.servers.GcsServer;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.S3Server;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data of every type, backed up, lost and restored: the new server must have what the old one had. */
class RoundTripIT {

    @TempDir
    private Path directory;

    @Test
    void throughS3() throws IOException {
        try (S3Server s3 = S3Server.start()) {
            makeRoundTrip(
                    Map.of(
                            "S3_ENDPOINT", s3.endpoint().toString(),
                            "S3_BUCKET", s3.bucket(),
                            "AWS_ACCESS_KEY_ID", s3.accessKey(),
                            "AWS_SECRET_ACCESS_KEY", s3.secretKey()),
                    RedisServer.builder());
        }
    }

    @Test
    void throughGoogleCloudStorage() throws IOException {
        try (GcsServer gcs = GcsServer.start().withBucket("backups")) {
            makeRoundTrip(
                    Map.of(
                            "STORAGE_URL",
                            "gs://backups/vault",
                            "GCS_ENDPOINT",
                            gcs.uri().toString(),
                            "GCS_CREDENTIALS",
                            "none"),
                    RedisServer.builder());
        }
    }

    @Test
    void throughAFileSystem() throws IOException {
        makeRoundTrip(Map.of("STORAGE_URL", "file://" + directory.resolve("backups")), RedisServer.builder());
    }

    /** A newer one than the bundled one, where the system has it; with functions. */
    @Test
    void ofTheSystemsServer() throws IOException {
        Optional<Path> server = Drill.findServer(System.getenv("PATH"));
        assumeThat(server).isPresent();
        makeRoundTrip(
                Map.of("STORAGE_URL", "file://" + directory.resolve("backups")),
                RedisServer.builder().executable(server.orElseThrow()));
    }

    /** Today's servers, which {@code .ci/run} gets. */
    @ParameterizedTest
    @ValueSource(strings = {"REDIS8_SERVER", "VALKEY9_SERVER"})
    void ofTodaysServer(String variable) throws IOException {
        String server = System.getenv(variable);
        assumeThat(server).as("%s must name a server", variable).isNotNull();
        makeRoundTrip(
                Map.of("STORAGE_URL", "file://" + directory.resolve("backups")),
                RedisServer.builder().executable(Path.of(server)));
    }

    private void makeRoundTrip(Map<String, String> storage, RedisServer.Builder server) throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        List<Object> before;
        try (RedisServer redis = server.dataDirectory(data).start()) {
            EveryType.fill(redis);
            redis.save();
            before = state(redis);
            Exit backup = run(storage, redis.url(), data, "backup");
            assertThat(backup.code()).as(backup.err()).isZero();
        }
        Files.delete(data.resolve("dump.rdb"));

        Exit restore = run(storage, "redis://localhost:1", data, "restore", "--to", data.toString());
        assertThat(restore.code()).as(restore.err()).isZero();

        try (RedisServer redis = server.dataDirectory(data).start()) {
            assertThat(state(redis)).isEqualTo(before);
            // What was restored is the newest backup, so there is nothing to store.
            assertThat(run(storage, redis.url(), data, "backup").code()).isEqualTo(3);
        }
    }

    private static Exit run(Map<String, String> storage, String redis, Path data, String... command) {
        return VaultProcess.with(storage)
                .and("REDIS_CONNECTION", redis)
                .and("REDIS_DATA_PATH", data.toString())
                .run(command);
    }

    /** The digest covers all databases, and which keys expire; functions and the times of hash fields are not in it. */
    static List<Object> state(RedisServer redis) {
        List<Object> state = new ArrayList<>(List.of(redis.command("DEBUG", "DIGEST"), redis.command("DBSIZE")));
        if (redis.knows("FUNCTION")) {
            state.add(functions(redis));
        }
        if (redis.knows("HPEXPIRETIME")) {
            state.add(redis.list("HPEXPIRETIME", "small with times", "FIELDS", "2", "a", "b"));
            state.add(redis.list("HPEXPIRETIME", "many with times", "FIELDS", "2", "field 7", "field 300"));
        }
        return state;
    }

    /** In an order that does not depend on the server's hashes. */
    private static List<String> functions(RedisServer redis) {
        return redis.list("FUNCTION", "LIST", "WITHCODE").stream()
                .map(Object::toString)
                .sorted()
                .toList();
    }
}
