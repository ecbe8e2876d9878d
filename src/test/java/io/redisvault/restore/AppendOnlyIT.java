package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.drill.Drill;
import io.redisvault.rdb.EveryType;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Restores for servers with {@code appendonly yes}, which ignore a dump. */
class AppendOnlyIT {

    @TempDir
    private Path directory;

    static Stream<Path> servers() {
        return Stream.of(
                        Optional.of(RedisServer.program()),
                        Drill.findServer(System.getenv("PATH")),
                        Optional.ofNullable(System.getenv("REDIS8_SERVER")).map(Path::of),
                        Optional.ofNullable(System.getenv("VALKEY9_SERVER")).map(Path::of))
                .flatMap(Optional::stream)
                .distinct();
    }

    /** First into an empty directory, then again over what the server has made of it. */
    @ParameterizedTest
    @MethodSource("servers")
    void theServerLoadsEveryTypeAndGoesOnFromIt(Path program) throws IOException {
        String before = backUp(program, Files.createDirectory(directory.resolve("data")));
        Path data = Files.createDirectory(directory.resolve("empty"));

        Exit restore = restore(data, "--append-only");

        assertThat(restore.code()).as(restore.err()).isZero();
        assertThat(restore.out()).contains(" to " + data.resolve("appendonly.aof") + ": ");
        assertThat(data.resolve("dump.rdb")).doesNotExist();
        try (RedisServer redis = appendOnly(program, data)) {
            assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(before);
            redis.command("SET", "written since", "1");
        }
        try (RedisServer redis = appendOnly(program, data)) {
            assertThat(redis.command("GET", "written since")).isEqualTo("1");
        }

        Exit refused = restore(data, "--append-only");
        assertThat(refused.code()).isOne();
        assertThat(refused.err()).contains("exists: pass --force to replace it");

        Exit forced = restore(data, "--append-only", "--force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.out() + forced.err()).contains(" kept as " + data + "/appendonly", ".before-");
        try (RedisServer redis = appendOnly(program, data)) {
            assertThat(redis.command("DEBUG", "DIGEST")).isEqualTo(before);
        }
    }

    @Test
    void theServersConfigurationBesideTheDataSaysWhichFormItNeeds() throws IOException {
        backUp(RedisServer.program(), Files.createDirectory(directory.resolve("data")));
        Path target = Files.createDirectory(directory.resolve("target"));
        Path config = target.resolve("redis.conf");
        Files.writeString(config, "# ours\nappendonly no\nAppendOnly yes\nappendfilename \"data.aof\"\n");

        Exit dump = restore(target, "--append-only=no");
        assertThat(dump.code()).isOne();
        assertThat(dump.err()).contains(config + " says 'appendonly yes', so that Redis would ignore a dump");

        Exit right = restore(target);
        assertThat(right.code()).as(right.err()).isZero();
        assertThat(target.resolve("data.aof")).exists();

        Files.writeString(config, "appendonly no\n");
        Exit appendOnly = restore(target, "--append-only=yes");
        assertThat(appendOnly.err()).contains("'appendonly no', so that Redis would ignore an append-only file");
    }

    @Test
    void theVariableDecidesAndAWrongOneIsNamed() throws IOException {
        backUp(RedisServer.program(), Files.createDirectory(directory.resolve("data")));
        Path target = Files.createDirectory(directory.resolve("target"));

        Exit wrong = vault().and("RESTORE_APPEND_ONLY", "maybe").run("restore", "--to", target.toString());
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("maybe").contains("--append-only");

        Exit right = vault().and("RESTORE_APPEND_ONLY", "yes").run("restore", "--to", target.toString(), "--if-empty");
        assertThat(right.code()).as(right.err()).isZero();
        assertThat(target.resolve("appendonly.aof")).exists();
    }

    private String backUp(Path program, Path data) throws IOException {
        try (RedisServer redis =
                RedisServer.builder().executable(program).dataDirectory(data).start()) {
            EveryType.fill(redis);
            redis.save();
            Exit backup = vault().and("REDIS_CONNECTION", redis.url())
                    .and("REDIS_DATA_PATH", data.toString())
                    .run("backup");
            assertThat(backup.code()).as(backup.err()).isZero();
            return redis.command("DEBUG", "DIGEST");
        }
    }

    private static RedisServer appendOnly(Path program, Path data) {
        return RedisServer.builder()
                .executable(program)
                .dataDirectory(data)
                .setting("appendonly", "yes")
                .setting("appendfsync", "always")
                .start();
    }

    private Exit restore(Path target, String... options) {
        return vault().run(Stream.concat(Stream.of("restore", "--to", target.toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private VaultProcess.Builder vault() {
        return VaultProcess.with(Map.of("STORAGE_URL", "file://" + directory.resolve("backups")))
                .and("REDIS_CONNECTION", "redis://localhost:1");
    }
}
