package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.redisvault.servers.RedisServer;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Redis user of SECURITY.md can do all that the service asks for, and nothing else. */
class AclIT {

    private static final String PASSWORD = "s3cret/of+vault";

    @TempDir
    private Path directory;

    private RedisServer redis;

    @BeforeEach
    void start() {
        redis = RedisServer.builder().password("of-the-default-user").start();
        redis.populate(3, 3);
        redis.save();
        redis.command(documented());
        redis.command("ACL", "LOG", "RESET");
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private static String[] documented() {
        return documented("");
    }

    /** The first line with these words as it is there, with the password put in. */
    private static String[] documented(String words) {
        return Pattern.compile("^ACL SETUSER vault .*" + Pattern.quote(words) + ".*$", Pattern.MULTILINE)
                .matcher(contentOf(Path.of("SECURITY.md").toFile()))
                .results()
                .map(MatchResult::group)
                .findFirst()
                .orElseThrow()
                .replace("PASSWORD", PASSWORD)
                .split(" ");
    }

    @Test
    void theServiceAndItsHealthAskForNothingMore() throws IOException {
        try (VaultProcess vault = vault().serve()) {
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            assertThat(vault.get("/q/health/group/backup").body()).contains("\"role\": \"master\"");
            assertThat(vault.output()).contains("role=master");
        }
        // The one thing that is asked besides, once in a while: whether Redis saves by itself.
        assertThat(redis.list("ACL", "LOG"))
                .hasSizeLessThanOrEqualTo(1)
                .allSatisfy(entry -> assertThat(entry.toString()).contains("config"));
    }

    @Test
    void theUserCanDoNothingElse() throws IOException {
        List<String> others = List.of(
                "GET key:0",
                "SET key:0 x",
                "KEYS *",
                "CONFIG GET *",
                "SAVE",
                "BGSAVE",
                "SHUTDOWN",
                "DEBUG SLEEP 0",
                "REPLICAOF NO ONE",
                "ACL LIST",
                "SELECT 1",
                "PUBLISH a b",
                "MONITOR",
                "ROLE",
                "PING");
        assertThat(answers(others)).hasSameSizeAs(others).allMatch(answer -> answer.startsWith("-NOPERM"));
        assertThat(redis.keys()).isEqualTo(3);
    }

    /** Those of the user of the documentation, a line each. */
    private List<String> answers(List<String> commands) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            String login = "AUTH vault " + PASSWORD + "\r\n";
            socket.getOutputStream()
                    .write((login + String.join("\r\n", commands) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            List<String> lines = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            assertThat(lines).first().isEqualTo("+OK");
            return lines.subList(1, lines.size());
        }
    }

    /** Of the newest server that is here. Without the line they are not recorded, and that is all. */
    @Test
    void theSlotsOfANodeOfAClusterAreRecordedWhereThatIsAllowed() throws IOException {
        redis.close();
        redis = RedisServer.builder()
                .executable(Path.of(System.getenv()
                        .getOrDefault("REDIS8_SERVER", RedisServer.program().toString())))
                .password("of-the-default-user")
                .setting("cluster-enabled", "yes")
                .start();
        redis.command("CLUSTER", "ADDSLOTS", "7", "8", "9");
        redis.save();
        redis.command(documented());
        try (VaultProcess vault = vault().and("BACKUP_ON_SHUTDOWN", "true").serve()) {
            String withoutRight =
                    vault.post("/backup").headers().firstValue("Location").orElseThrow();
            assertThat(vault.get(withoutRight).body()).contains("replicationId").doesNotContain("slots", "shard");
            Awaitility.await().untilAsserted(() -> assertThat(vault.output())
                    .containsPattern("WARN .* redis://\\S+ is a node of a cluster and does not say its slots, so that"
                            + " backups do not either: allow its user CLUSTER NODES .*\\+cluster\\|nodes"));

            redis.command(documented("+cluster|nodes"));
            boolean hasShards =
                    redis.list("COMMAND", "INFO", "CLUSTER|MYSHARDID").get(0) != null;
            if (hasShards) {
                redis.command("ACL", "SETUSER", "vault", "+cluster|myshardid");
            }
            redis.command("ACL", "LOG", "RESET");
            saveAnother();
            String allowed =
                    vault.post("/backup").headers().firstValue("Location").orElseThrow();
            JsonPath origin = JsonPath.from(vault.get(allowed).body()).setRootPath("origin");
            assertThat(origin.getString("slots")).isEqualTo("7-9");
            assertThat(origin.getString("clusterNode")).isEqualTo(redis.command("CLUSTER", "MYID"));
            assertThat(origin.getString("replicationId")).isEqualTo(redis.info("master_replid"));
            assertThat(origin.getString("shard")).isEqualTo(hasShards ? redis.command("CLUSTER", "MYSHARDID") : null);
            assertThat(redis.list("ACL", "LOG").toString()).doesNotContain("cluster");

            // Redis stops first, and can then not be asked any more.
            saveAnother();
            redis.stop();
            vault.terminate();
            vault.waitFor();
        }
        List<String> table = vault().run("list").out().lines().toList();
        assertThat(table.get(0)).endsWith("VERIFIED  SLOTS");
        assertThat(table.get(1)).endsWith("yes       7-9");
        assertThat(table.get(2)).endsWith("yes       7-9");
        assertThat(table.get(3)).endsWith("yes       -");
    }

    /** A dump of the same second would be the same dump. */
    private void saveAnother() {
        String last = redis.info("rdb_last_save_time");
        Awaitility.await().until(() -> {
            redis.save();
            return !redis.info("rdb_last_save_time").equals(last);
        });
    }

    @Test
    void withoutInfoTheErrorSaysWhatIsMissing() throws IOException {
        redis.command("ACL", "SETUSER", "vault", "-info");
        Exit exit = vault().run("--once");

        assertThat(exit.code()).isEqualTo(1);
        assertThat(exit.err()).contains("NOPERM", "info").doesNotContain(PASSWORD);
    }

    private VaultProcess.Builder vault() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        return VaultProcess.with(Map.of(
                "REDIS_CONNECTION",
                "redis://vault@127.0.0.1:" + redis.port(),
                "REDIS_PASSWORD_FILE",
                file.toString(),
                "REDIS_DATA_PATH",
                redis.dataDirectory().toString(),
                "BACKUP_REPLICA",
                "false",
                "STORAGE_URL",
                "file://" + directory.resolve("backups")));
    }
}
