package io.redisvault.backup;

import static io.redisvault.backup.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.GcsServer;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Buckets are reached by HTTPS, and options of the JVM that save memory can make it several times as expensive: without
 * C2 it takes five to nine times the CPU. What is compared is the CPU of the process, which does not depend on what else runs.
 */
class HttpsIT {

    private static final long BYTES = 64 * MIB;
    private static final double MOST = 3;

    @TempDir
    private static Path data;

    private static Surroundings surroundings;

    private Instant modified = Instant.parse("2026-01-02T03:04:05Z");

    @BeforeAll
    static void start() throws IOException {
        surroundings = Surroundings.start();
        SyntheticDump.write(data.resolve("dump.rdb"), BYTES, 1);
    }

    @AfterAll
    static void stop() {
        surroundings.close();
    }

    @Test
    void s3OverHttpsCostsLittleMoreThanOverHttp() throws IOException {
        Cost plain = cost(vault("http"));
        try (TlsProxy proxy = TlsProxy.to(surroundings.s3().port())) {
            assertThatItCostsLittleMore("S3", cost(proxy.asS3Of(vault("https"))), plain);
            VaultProcess.Builder ofTheJdk = proxy.asS3Of(vault("jdk")).jvm("-Dio.netty.handler.ssl.noOpenSsl=true");
            assertThatItCostsLittleMore("S3 with the JDK's TLS", cost(ofTheJdk), plain);
        }
    }

    @Test
    void gcsOverHttpsCostsLittleMoreThanOverHttp() throws IOException {
        try (GcsServer server = GcsServer.start().withBucket("backups");
                TlsProxy proxy = TlsProxy.to(server.uri().getPort())) {
            Cost plain = cost(gcs("http", server.uri().toString()));
            server.behindTls();
            Cost tls = cost(gcs("https", "https://localhost:" + proxy.port())
                    .and("GCS_CA_FILE", proxy.certificate().toString()));
            assertThatItCostsLittleMore("GCS", tls, plain);
        }
    }

    /** What two backups took. */
    private record Cost(Duration cpu, Duration wall) {}

    private static void assertThatItCostsLittleMore(String what, Cost tls, Cost plain) {
        System.out.printf(
                "HttpsIT: %s takes %d ms of CPU in %d ms, without TLS %d ms in %d ms%n",
                what,
                tls.cpu().toMillis(),
                tls.wall().toMillis(),
                plain.cpu().toMillis(),
                plain.wall().toMillis());
        assertThat((double) tls.cpu().toMillis() / plain.cpu().toMillis()).isLessThan(MOST);
    }

    private static VaultProcess.Builder vault(String node) {
        return surroundings.vault().and("REDIS_DATA_PATH", data.toString()).and("REDIS_NODE_NAME", node);
    }

    private static VaultProcess.Builder gcs(String node, String endpoint) {
        return vault(node)
                .and("STORAGE_TYPE", "gcs")
                .and("GCS_BUCKET", "backups")
                .and("GCS_ENDPOINT", endpoint)
                .and("GCS_CREDENTIALS", "none");
    }

    /** Of two backups, after one for which the code is compiled. */
    private Cost cost(VaultProcess.Builder builder) throws IOException {
        try (VaultProcess vault = builder.serve()) {
            backup(vault);
            Duration before = vault.cpu();
            long began = System.nanoTime();
            backup(vault);
            backup(vault);
            return new Cost(vault.cpu().minus(before), Duration.ofNanos(System.nanoTime() - began));
        }
    }

    private void backup(VaultProcess vault) throws IOException {
        modified = modified.plusSeconds(60);
        Files.setLastModifiedTime(data.resolve("dump.rdb"), FileTime.from(modified));
        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
    }
}
