package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Acceptor;
import io.redisvault.servers.RedisServer;
import io.redisvault.servers.S3Server;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two Redis servers that replicate, and what is backed up of which. */
class RoleIT {

    private static RedisServer master;
    private static RedisServer replica;
    private static S3Server s3;

    @BeforeAll
    static void start() {
        s3 = S3Server.start();
        master = RedisServer.start();
        master.populate(100, 100);
        master.save();
        replica = RedisServer.start();
        replica.replicaOf(master);
        replica.save();
    }

    @AfterAll
    static void stop() {
        replica.close();
        master.close();
        s3.close();
    }

    @Test
    void onlyMastersAreBackedUpIfOnlyTheyAreWanted() {
        assertThat(run(master, "m1")
                        .and("BACKUP_REPLICA", "false")
                        .run("--once")
                        .code())
                .isZero();
        Exit skipped = run(replica, "r1").and("BACKUP_REPLICA", "false").run("--once");
        assertThat(skipped.code()).isEqualTo(3);
        assertThat(skipped.err()).contains("a replica is not to be backed up");
        assertThat(s3.keys()).noneMatch(key -> key.contains("/r1_")).anyMatch(key -> key.contains("/m1_"));
    }

    @Test
    void onlyReplicasAreBackedUpIfOnlyTheyAreWanted() {
        Exit skipped = run(master, "m2").and("BACKUP_MASTER", "false").run("--once");
        assertThat(skipped.code()).isEqualTo(3);
        assertThat(skipped.err()).contains("a master is not to be backed up");
        assertThat(run(replica, "r2")
                        .and("BACKUP_MASTER", "false")
                        .run("--once")
                        .code())
                .isZero();
    }

    @Test
    void aRoleThatMattersMustBeKnown() {
        Exit failed = run(master, "m3")
                .and("BACKUP_REPLICA", "false")
                .and("REDIS_CONNECTION", "redis://someone:s3cr3t@localhost:1")
                .run("--once");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains("backup failed: redis://localhost:1")
                .doesNotContain("s3cr3t")
                .doesNotContain("\tat ");
        assertThat(s3.keys()).noneMatch(key -> key.contains("/m3_"));
    }

    @Test
    void aRoleThatDoesNotMatterMayBeUnknown() {
        Exit stored =
                run(master, "m4").and("REDIS_CONNECTION", "redis://localhost:1").run("--once");
        assertThat(stored.code()).isZero();
        assertThat(stored.err()).contains("role unknown", "role=unknown");
    }

    @Test
    void anAnswerThatNeverComesIsATimeout() throws IOException {
        try (java.net.ServerSocket silent = new java.net.ServerSocket(0)) {
            Exit failed = run(master, "m5")
                    .and("BACKUP_REPLICA", "false")
                    .and("REDIS_TIMEOUT", "300ms")
                    .and("REDIS_CONNECTION", "redis://localhost:" + silent.getLocalPort())
                    .run("--once");
            assertThat(failed.code()).isEqualTo(1);
            assertThat(failed.err()).contains("no answer within 300 ms");
        }
    }

    /** As behind a proxy that lost its server, or a network that forgot the connection. */
    @Test
    void aConnectionThatFallsSilentDoesNotSilenceTheOthers() {
        AtomicBoolean silent = new AtomicBoolean(true);
        try (Acceptor redis = Acceptor.start(client -> answer(client, silent.get()));
                VaultProcess vault = run(master, "m6")
                        .and("BACKUP_REPLICA", "false")
                        .and("REDIS_TIMEOUT", "300ms")
                        .and("REDIS_CONNECTION", "redis://127.0.0.1:" + redis.port())
                        .serve()) {
            assertThat(vault.post("/backup").statusCode()).isEqualTo(503);
            silent.set(false);
            Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                            vault.post("/backup").statusCode())
                    .isEqualTo(201));
        }
    }

    /** @param silent to the end of the connection, whatever it is asked */
    private static void answer(Socket client, boolean silent) throws IOException {
        byte[] bytes = new byte[1000];
        for (int length; (length = client.getInputStream().read(bytes)) > 0; ) {
            String asked = new String(bytes, 0, length, StandardCharsets.US_ASCII);
            String answer = asked.contains("info") ? "$11\r\nrole:master\r\n" : "+OK\r\n";
            if (!silent) {
                client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static VaultProcess.Builder run(RedisServer redis, String node) {
        return VaultProcess.with(Map.of(
                "REDIS_CONNECTION", redis.url(),
                "REDIS_DATA_PATH", redis.dataDirectory().toString(),
                "REDIS_NODE_NAME", node,
                "S3_ENDPOINT", s3.endpoint().toString(),
                "S3_BUCKET", s3.bucket(),
                "AWS_ACCESS_KEY_ID", s3.accessKey(),
                "AWS_SECRET_ACCESS_KEY", s3.secretKey()));
    }
}
