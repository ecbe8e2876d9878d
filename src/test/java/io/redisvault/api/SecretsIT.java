package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.JvmOnly;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets are planted wherever one can be, and whatever the service says is searched for them. */
class SecretsIT {

    /** In each secret, and in nothing else; no encoding of an address changes it. */
    private static final String PLANTED = "pl4nted";

    private static final String TOKEN = PLANTED + "-token-0123456789";
    private static final String PASSWORD = PLANTED + "/redis+password@";
    private static final String ENCODED = PLANTED + "%2Fredis%2Bpassword%40";
    private static final String KEY = PLANTED + "/aws/secret/access/key+0123456789abcdefg";
    private static final String RIGHT_PASSWORD = PLANTED + "-of-the-server";

    private static Surroundings surroundings;
    private static RedisServer guarded;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        surroundings = Surroundings.start();
        guarded = RedisServer.builder().password(RIGHT_PASSWORD).start();
        guarded.save();
    }

    @AfterAll
    static void stop() {
        guarded.close();
        surroundings.close();
    }

    @ParameterizedTest
    @CsvSource({"trace,text", "debug,json"})
    void whatTheServiceSaysWhileAllFails(String level, String format) throws IOException {
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_CONNECTION", "redis://127.0.0.1:" + guarded.port())
                .and("REDIS_PASSWORD_FILE", file(PASSWORD))
                .and("BACKUP_REPLICA", "false")
                .and("AWS_SECRET_ACCESS_KEY", KEY)
                .and("API_TOKEN_FILE", file(TOKEN))
                .and("LOG_LEVEL", level)
                .and("LOG_FORMAT", format)
                .serve()) {
            HttpResponse<String> refused = vault.post("/backup", "Authorization", "Bearer " + TOKEN + "x");
            assertThat(refused.statusCode()).isEqualTo(401);
            HttpResponse<String> failed = vault.post("/backup", "Authorization", "Bearer " + TOKEN);
            assertThat(failed.statusCode()).as(failed.body()).isBetween(500, 503);
            searchAnswers(vault);
            Awaitility.await().untilAsserted(() -> assertThat(vault.output())
                    .contains("WRONGPASS", "the storage cannot be used"));
            search(vault.output());
        }
    }

    @Test
    void whatTheServiceSaysWhileAllIsWell() throws IOException {
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_CONNECTION", "redis://:" + RIGHT_PASSWORD + "@127.0.0.1:" + guarded.port())
                .and("REDIS_DATA_PATH", guarded.dataDirectory().toString())
                .and("API_TOKEN", TOKEN)
                .and("LOG_LEVEL", "trace")
                .serve()) {
            assertThat(vault.post("/backup", "Authorization", "Bearer " + TOKEN).statusCode())
                    .isEqualTo(201);
            searchAnswers(vault);
            assertThat(vault.output()).contains("role=master");
            search(vault.output());
        }
    }

    @Test
    @JvmOnly
    void whatACrashLeaves() throws IOException, InterruptedException {
        try (VaultProcess vault = surroundings
                .vault()
                .and("REDIS_CONNECTION", "redis://:" + RIGHT_PASSWORD + "@127.0.0.1:" + guarded.port())
                .and("API_TOKEN", TOKEN)
                .and("AWS_SECRET_ACCESS_KEY", KEY)
                .in(directory)
                .jvm("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=hs_err_pid%p.log")
                .serve()) {
            vault.get("/q/health/group/backup");
            signal("QUIT", vault);
            Awaitility.await().until(() -> vault.output().contains("JNI global ref"));
            signal("SEGV", vault);
            Exit exit = vault.waitFor();
            search(exit.out() + exit.err());
            assertThat(exit.out()).contains("Full thread dump", "hs_err_pid");
        }
        Path report;
        try (Stream<Path> files = Files.list(directory)) {
            report = files.filter(file -> file.getFileName().toString().startsWith("hs_err"))
                    .findFirst()
                    .orElseThrow();
        }
        search(Files.readString(report, StandardCharsets.ISO_8859_1));
    }

    /** The lines themselves are in SecretMistakesTest; here it is all that is printed. */
    @Test
    void whatIsSaidOfWrongSettings() throws IOException {
        Files.writeString(directory.resolve("config.yaml"), "http:\n  token: pl4nted-short");
        Exit exit = surroundings
                .vault()
                .in(directory)
                .and("REDIS_CONNECTION", "redis://:" + ENCODED + "@localhost:99999")
                .and("REDIS_PASSWORD_FILE", file(PASSWORD))
                .and("API_TOKEN_FILE", file(TOKEN + "\n" + PASSWORD))
                .and("S3_ENDPOINT", "https://user:" + PASSWORD + "@minio")
                .and("LOG_LEVEL", "trace")
                .run();
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err()).contains("REDIS_CONNECTION", "API_TOKEN_FILE", "S3_ENDPOINT", "http.token");
        search(exit.out() + exit.err());
    }

    /** Each keeps the application from starting at all, so that all it has is said at once. */
    @Test
    void whatIsSaidOfAStartThatFails() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            Exit exit = withSecrets()
                    .and("HTTP_PORT", String.valueOf(taken.getLocalPort()))
                    .run();
            assertThat(exit.code()).isEqualTo(1);
            assertThat(exit.err()).contains("cannot listen");
            search(exit.out() + exit.err());
        }
        Exit wrong =
                withSecrets().and("QUARKUS_HTTP_LIMITS_MAX_HEADER_SIZE", "much").run();
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("quarkus.http.limits.max-header-size with the config value \"much\"")
                .hasLineCount(1);
        search(wrong.out() + wrong.err());
        Exit unforeseen = withSecrets()
                .and("QUARKUS_HTTP_SSL_CERTIFICATE_FILES", "no-such.pem")
                .and("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES", "no-such.pem")
                .run();
        assertThat(unforeseen.code()).isEqualTo(1);
        assertThat(unforeseen.err()).contains("could not start", "\tat ");
        search(unforeseen.out() + unforeseen.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "list --json", "verify", "restore --to DIRECTORY", "--no-such-option"})
    void whatCommandsSay(String command) throws IOException {
        Exit exit = withSecrets()
                .run(command.replace("DIRECTORY", directory.toString()).split(" "));
        assertThat(exit.out() + exit.err()).isNotEmpty();
        search(exit.out() + exit.err());
    }

    private VaultProcess.Builder withSecrets() {
        return surroundings
                .vault()
                .and("REDIS_CONNECTION", "rediss://vault:" + ENCODED + "@127.0.0.1:" + guarded.port())
                .and("BACKUP_REPLICA", "false")
                .and("AWS_SECRET_ACCESS_KEY", KEY)
                .and("API_TOKEN", TOKEN)
                .and("LOG_LEVEL", "trace");
    }

    private static void searchAnswers(VaultProcess vault) {
        for (String path : List.of(
                "/q/health",
                "/q/health/live",
                "/q/health/group/backup",
                "/q/metrics",
                "/q/openapi",
                "/q/arc",
                "/q/dev",
                "/q/configuration",
                "/backup",
                "/backups",
                "/backups?facts=true",
                "/backups/x",
                "/no/such/page")) {
            for (String authorization : List.of("Bearer " + TOKEN, "Bearer other")) {
                HttpResponse<String> answer = vault.get(path, "Authorization", authorization);
                search(answer.headers().map() + answer.body());
            }
        }
    }

    private static void search(String output) {
        String inBase64 = Base64.getEncoder().withoutPadding().encodeToString((PLANTED + "-to").getBytes());
        assertThat(output).doesNotContainIgnoringCase(PLANTED).doesNotContain(inBase64);
    }

    private static void signal(String name, VaultProcess vault) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(vault.pid()))
                .start()
                .waitFor();
    }

    private String file(String secret) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "secret", ""), secret + "\n")
                .toString();
    }
}
