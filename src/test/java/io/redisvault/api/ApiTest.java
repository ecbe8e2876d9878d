package io.redisvault.api;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.redisvault.VaultVersion;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Answers to each call, in the order in which a service would meet them. */
@QuarkusTest
@WithTestResource(LiveSurroundings.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiTest {

    private static final String NAME = "redis-node_2026-01-02T03:04:05Z.rdb";

    @Test
    @Order(1)
    void beforeTheFirstBackupThereIsNone() {
        when().get("/backups").then().statusCode(200).body("size()", equalTo(0));
        when().get("/backup")
                .then()
                .statusCode(200)
                .body("state", equalTo("idle"))
                .body("node", equalTo("redis-node"))
                .body("role", nullValue())
                .body("last", nullValue());
    }

    @Test
    @Order(2)
    void aBackupIsCreated() {
        when().post("/backup")
                .then()
                .statusCode(201)
                .header("Location", "/backups/" + NAME)
                .body("outcome", equalTo("stored"))
                .body("backup.name", equalTo(NAME))
                .body("backup.key", equalTo("redis-vault/" + NAME))
                .body("backup.url", equalTo("s3://redis-vault/redis-vault/" + NAME))
                .body("backup.node", equalTo("redis-node"))
                .body("backup.timestamp", equalTo("2026-01-02T03:04:05Z"))
                .body("backup.bytes", notNullValue())
                .body("backup.rdb.version", greaterThan(8))
                .body("backup.rdb.producer", matchesPattern("redis \\d+\\.\\d+\\.\\d+"))
                .body("backup.rdb.checksum", matchesPattern("[0-9a-f]{16}"))
                .body("backup.rdb.verified", equalTo(true))
                .body("deleted.size()", equalTo(0));
    }

    @Test
    @Order(3)
    void theSameDumpIsSkipped() {
        when().post("/backup")
                .then()
                .statusCode(200)
                .body("outcome", equalTo("skipped"))
                .body("reason", equalTo("unchanged"))
                .body("backup.name", equalTo(NAME));
    }

    @Test
    @Order(4)
    void theBackupIsListed() {
        when().get("/backups")
                .then()
                .statusCode(200)
                .body("name", hasItems(NAME))
                .header("Link", nullValue())
                .body("[0].rdb", nullValue());
        when().get("/backups?before=2026-01-02T03:04:05Z")
                .then()
                .statusCode(200)
                .body("size()", equalTo(0));
        when().get("/backups?facts=true")
                .then()
                .statusCode(200)
                .body("[0].rdb.producer", matchesPattern("redis \\d+\\.\\d+\\.\\d+"));
    }

    @Test
    @Order(5)
    void whatCannotBeAPartOfTheListIsRefused() {
        for (String part : new String[] {"limit=0", "limit=-1", "limit=1001", "limit=all", "before=yesterday"}) {
            when().get("/backups?" + part)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:redis-vault:problem:bad-parameter"))
                    .body("detail", containsString(part.split("=")[0] + " is '"));
        }
    }

    @Test
    @Order(5)
    void theBackupTellsWhatIsKnownOfIt() {
        for (String accept : new String[] {"*/*", "application/json", "text/html,application/xml;q=0.9,*/*;q=0.8"}) {
            given().accept(accept)
                    .when()
                    .get("/backups/" + NAME)
                    .then()
                    .statusCode(200)
                    .contentType("application/json")
                    .header("Vary", "Accept")
                    .body("name", equalTo(NAME))
                    .body("url", equalTo("s3://redis-vault/redis-vault/" + NAME))
                    .body("rdb.producer", matchesPattern("redis \\d+\\.\\d+\\.\\d+"))
                    .body("rdb.verified", equalTo(true));
        }
        when().get("/backups/redis-node_2026-01-02T03:04:06Z.rdb")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:redis-vault:problem:no-such-backup"));
    }

    @Test
    @Order(5)
    void theBackupIsDownloaded() {
        int bytes = when().get("/backups/" + NAME).then().extract().path("bytes");

        byte[] dump = given().accept("application/octet-stream")
                .when()
                .get("/backups/" + NAME)
                .then()
                .statusCode(200)
                .header("Content-Disposition", equalTo("attachment; filename=\"" + NAME + "\""))
                .extract()
                .asByteArray();

        assertThat(dump).hasSize(bytes).startsWith("REDIS".getBytes());
    }

    @Test
    @Order(5)
    void theBackupIsVerified() {
        when().post("/backups/" + NAME + "/verify")
                .then()
                .statusCode(200)
                .body("name", equalTo(NAME))
                .body("rdb.version", greaterThan(8))
                .body("rdb.producer", matchesPattern("redis \\d+\\.\\d+\\.\\d+"))
                .body("rdb.checksum", matchesPattern("[0-9a-f]{16}"))
                .body("rdb.verified", equalTo(true));
    }

    @Test
    @Order(5)
    void theStatusTellsOfTheLastCycle() {
        when().get("/backup")
                .then()
                .statusCode(200)
                .body("state", equalTo("idle"))
                .body("role", equalTo("master"))
                .body("nextRun", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:00:00Z"))
                .body("last.trigger", equalTo("request"))
                .body("last.result.reason", equalTo("unchanged"));
    }

    @Test
    @Order(5)
    void theNodesUnderThePrefixAreListed() {
        when().get("/nodes")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1))
                .body("[0].node", equalTo("redis-node"))
                .body("[0].backups", equalTo(1))
                .body("[0].bytes", greaterThan(100))
                .body("[0].name", equalTo(NAME))
                .body("[0].newest", equalTo("2026-01-02T03:04:05Z"))
                .body("[0].oldest", equalTo("2026-01-02T03:04:05Z"));
    }

    @Test
    void thePageIsOneSmallFileThatMayDoNothingButCallTheApi() {
        String policy = when().get("/")
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .body(containsString("data-token=\"false\""))
                .extract()
                .header("Content-Security-Policy");
        assertThat(policy)
                .startsWith("default-src 'none'; script-src 'sha256-")
                .contains("style-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(when().get("/").asByteArray()).hasSizeLessThanOrEqualTo(40 << 10);
        given().header("Host", "evil.example").when().get("/").then().statusCode(403);
    }

    @Test
    @Order(6)
    void metricsHaveTheNamesOfTheRustVersion() {
        for (String path : new String[] {"/q/metrics", "/metrics"}) {
            when().get(path)
                    .then()
                    .statusCode(200)
                    .body(containsString("redis_vault_backups_total 2.0"))
                    .body(containsString("redis_vault_backups_successful_total 2.0"))
                    .body(containsString("redis_vault_backups_failed_total 0.0"))
                    .body(containsString("redis_vault_backup_size_bytes_bucket"))
                    .body(containsString("redis_vault_backup_duration_seconds_bucket"))
                    .body(containsString("redis_vault_last_backup_timestamp_seconds 1."))
                    .body(containsString("redis_vault_storage_uploads_total 1.0"))
                    .body(containsString("redis_vault_storage_deletes_total 0.0"))
                    .body(containsString("redis_vault_cleanup_operations_total 2.0"))
                    .body(containsString("redis_vault_backups_deleted_total 0.0"))
                    .body(containsString("redis_vault_redis_role{role=\"master\"} 1.0"))
                    .body(containsString("redis_vault_dump_age_seconds"))
                    .body(containsString("redis_vault_backup_in_progress_bytes 0.0"))
                    .body(containsString("redis_vault_last_failure_timestamp_seconds 0.0"))
                    .body(containsString("redis_vault_next_run_timestamp_seconds 1."))
                    .body(containsString("redis_vault_info{version=\"" + VaultVersion.CURRENT + "\"} 1.0"))
                    .body(containsString("redis_vault_stored_backups "))
                    .body(containsString("redis_vault_stored_bytes "))
                    .body(containsString("redis_vault_newest_backup_timestamp_seconds "))
                    .body(containsString("redis_vault_oldest_backup_timestamp_seconds "));
        }
    }

    @Test
    void probesSayOnlyThatTheProcessWorks() {
        for (String path : new String[] {"/q/health/live", "/q/health/ready", "/q/health/started"}) {
            when().get(path)
                    .then()
                    .statusCode(200)
                    .body("checks.size()", equalTo(1))
                    .body("checks[0].name", equalTo("process"))
                    .body("checks[0].data.storage", equalTo("s3"));
        }
        for (String path : new String[] {"/q/health", "/health", "/q/health/"}) {
            when().get(path).then().statusCode(200).body("checks.name", equalTo(List.of("process")));
        }
    }

    @Test
    void theBackupGroupSaysHowBackupsAre() {
        when().get("/q/health/group/backup")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.name", hasItems("storage", "redis", "dump", "last run", "newest backup"))
                .body("checks.find { it.name == 'redis' }.data.role", equalTo("master"));
    }

    @Test
    void theApiIsDescribed() {
        when().get("/q/openapi")
                .then()
                .statusCode(200)
                .contentType("application/yaml")
                .body(containsString("title: Redis Vault\n  version: " + VaultVersion.CURRENT))
                .body(containsString("/backups/{name}/verify:"));
    }

    @Test
    void everyErrorIsAProblem() {
        expectProblem(404, "not-found", "GET", "/nothing");
        expectProblem(404, "not-found", "GET", "/q/nothing");
        // Quarkus would answer that all of no checks are up.
        expectProblem(404, "not-found", "GET", "/q/health/group/backups");
        expectProblem(404, "not-found", "GET", "/q/health/group/");
        expectProblem(404, "not-found", "GET", "/q/health/well");
        expectProblem(404, "no-such-backup", "GET", "/backups/x");
        expectProblem(405, "method-not-allowed", "PUT", "/backup").header("Allow", "GET, HEAD, POST");
        expectProblem(405, "method-not-allowed", "DELETE", "/backups/x").header("Allow", "GET, HEAD");
        expectProblem(405, "method-not-allowed", "GET", "/backups/x/verify").header("Allow", "POST");
        expectProblem(405, "method-not-allowed", "GET", "/backups/x/verify/").header("Allow", "POST");
        expectProblem(405, "method-not-allowed", "POST", "/q/openapi").header("Allow", "GET, HEAD");
        expectProblem(405, "method-not-allowed", "POST", "/q/health/live").header("Allow", "GET, HEAD");
        given().accept("text/html")
                .when()
                .get("/backup")
                .then()
                .statusCode(406)
                .contentType("application/problem+json");
    }

    /** The body is never sent: a client that is still sending it when it is refused may not see the answer. */
    @Test
    void aBodyThatIsTooLargeIsAProblem() throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream()
                    .write("POST /backup HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n"
                            .getBytes(ISO_8859_1));
            BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            assertThat(answer.readLine()).startsWith("HTTP/1.1 413 ");
            assertThat(answer.lines().takeWhile(line -> !line.isEmpty()).map(String::toLowerCase))
                    .anyMatch(line -> line.startsWith("content-type: application/problem+json"));
        }
    }

    private static ValidatableResponse expectProblem(int status, String kind, String method, String path) {
        return when().request(method, path)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:redis-vault:problem:" + kind))
                .body("status", equalTo(status))
                .body("title", notNullValue())
                .body("detail", notNullValue());
    }

    @Test
    void strangersAreRefused() {
        for (String header : new String[] {"Forwarded", "X-Forwarded-For", "X-Real-IP"}) {
            given().header(header, "127.0.0.1")
                    .when()
                    .post("/backup")
                    .then()
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:redis-vault:problem:forbidden"))
                    .body("detail", containsString("API_TOKEN"));
        }
        for (String host : new String[] {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"}) {
            for (String path : new String[] {"/backups", "/backups/" + NAME, "/backups/" + NAME + "/verify"}) {
                given().header("Host", host).when().get(path).then().statusCode(403);
                given().header("Host", host).when().head(path).then().statusCode(403);
                given().header("Host", host).when().post(path).then().statusCode(403);
            }
            given().header("Host", host).when().get("/q/openapi").then().statusCode(403);
            given().header("Host", host).when().get("/q/health/live").then().statusCode(200);
        }
    }

    @Test
    void onlyPathsThatAreMeantToBeOpenAreOpen() {
        for (String path : new String[] {
            "/q/health/../../backup",
            "/q/metrics/../../backups",
            "//backup",
            "/q/health/%2e%2e/%2e%2e/backup",
            "/backup/"
        }) {
            given().urlEncodingEnabled(false)
                    .header("Host", "evil.example")
                    .when()
                    .get(path)
                    .then()
                    .statusCode(not(equalTo(200)));
        }
    }
}
