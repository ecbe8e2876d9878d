package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.BusyFront;
import io.redisvault.servers.S3Server;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What killed processes leave in the bucket, and who may clear it away. */
class IncompleteUploadsIT {

    private static final Instant JANUARY = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant TWO_DAYS_AGO = Instant.now().minus(Duration.ofDays(2));

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @Test
    void onlyThisNodesOldOnesAreAborted() throws IOException {
        try (Scene own = new Scene(surroundings, "redis-1");
                Scene other = new Scene(surroundings, "redis-10");
                Scene similar = new Scene(surroundings, "redis-1_b")) {
            killDuringUpload(own);
            killDuringUpload(other);
            killDuringUpload(similar);
            surroundings.s3().unfinishedUploadsBegan(TWO_DAYS_AGO);
            killDuringUpload(own);

            Exit exit = run(own);

            assertThat(exit.err()).contains("aborted incomplete uploads: 1");
            assertThat(surroundings.s3().unfinishedUploads())
                    .containsExactlyInAnyOrder(own.key(JANUARY), other.key(JANUARY), similar.key(JANUARY));
        }
    }

    @Test
    void aCycleThatFailedAbortsNone() throws IOException {
        try (Scene scene = new Scene(surroundings, "failing")) {
            killDuringUpload(scene);
            surroundings.s3().unfinishedUploadsBegan(TWO_DAYS_AGO);
            Files.writeString(scene.dump(), "no dump at all");

            assertThat(scene.vault().run("backup").code()).isEqualTo(1);

            assertThat(scene.unfinishedUploads()).hasSize(1);
        }
    }

    @Test
    void aStorageThatCannotListThemIsAWarningOnly() throws IOException {
        try (S3Server other = S3Server.start();
                BusyFront front = BusyFront.to(other.endpoint());
                Scene scene = new Scene(surroundings, "warned")) {
            scene.newDump(1000, 1, JANUARY);
            front.answer(Integer.MAX_VALUE, "GET /redis-vault\\?uploads.*", 403, "AccessDenied");

            Exit exit = scene.vault()
                    .and("S3_ENDPOINT", front.endpoint().toString())
                    .run("backup");

            assertThat(exit.code()).as(exit.err()).isZero();
            assertThat(exit.err())
                    .contains("WARN")
                    .contains("could not abort incomplete uploads: S3 answered 403 AccessDenied: the credentials lack"
                            + " s3:ListBucketMultipartUploads");
        }
    }

    /** When two parts of five have arrived. */
    private static void killDuringUpload(Scene scene) throws IOException {
        scene.newDump(40 * Scene.MIB, 1, JANUARY);
        scene.proxy().throttle(8 * Scene.MIB);
        try (VaultProcess vault = scene.vault().launch("backup")) {
            scene.awaitSent(17 * Scene.MIB);
            vault.kill();
        }
        scene.proxy().pass();
    }

    private static Exit run(Scene scene) throws IOException {
        Exit exit = scene.vault().run("backup");
        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(scene.backups()).containsExactly(scene.key(JANUARY));
        return exit;
    }
}
