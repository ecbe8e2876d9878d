package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An S3 server whose certificate only those trust who are told to. */
class S3TrustIT {

    private static Surroundings surroundings;
    private static TlsProxy proxy;

    @BeforeAll
    static void start() {
        surroundings = Surroundings.start();
        surroundings.redis().populate(10, 10);
        surroundings.redis().save();
        proxy = TlsProxy.to(surroundings.s3().port());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        surroundings.close();
    }

    private static VaultProcess.Builder vault() {
        return surroundings.vault().and("S3_ENDPOINT", "https://localhost:" + proxy.port());
    }

    @Test
    void itsAuthorityCanBeTrusted() {
        Exit exit = vault().and("S3_CA_FILE", proxy.certificate().toString()).run("--once");

        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(surroundings.s3().keys()).hasSize(1);
    }

    @Test
    void withoutThatTheCycleFailsAndSaysWhatMendsIt() {
        Exit exit = vault().run("--once");

        assertThat(exit.code()).as(exit.err()).isEqualTo(1);
        assertThat(exit.err()).contains("S3's certificate is not trusted", "S3_CA_FILE");
    }

    @Test
    void anotherNameIsNotTrusted() {
        try (TlsProxy other =
                TlsProxy.withCertificateFor("other.example", surroundings.s3().port())) {
            Exit exit = vault().and("S3_ENDPOINT", "https://localhost:" + other.port())
                    .and("S3_CA_FILE", other.certificate().toString())
                    .run("--once");

            assertThat(exit.code()).as(exit.err()).isEqualTo(1);
            assertThat(exit.err()).contains("No subject alternative");
        }
    }
}
