package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.JvmOnly;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.TlsProxy;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An S3 server whose certificate only those trust who are told to. */
class S3TrustIT {

    private static final String NATIVE = "-Dio.netty.handler.ssl.noOpenSsl=false";
    private static final String OF_THE_JDK = "-Dio.netty.handler.ssl.noOpenSsl=true";
    private static final String LIBRARY = "netty_tcnative";

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

    private static VaultProcess.Builder trusting(String node) {
        return proxy.asS3Of(surroundings.vault()).and("REDIS_NODE_NAME", node);
    }

    @Test
    void itsAuthorityCanBeTrusted() {
        Exit exit = trusting("trusting").run("--once");

        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(surroundings.s3().keys()).anyMatch(key -> key.contains("trusting"));
    }

    @ParameterizedTest
    @ValueSource(strings = {NATIVE, OF_THE_JDK})
    void withoutThatTheCycleFailsAndSaysWhatMendsIt(String encryption) {
        Exit exit = surroundings
                .vault()
                .and("S3_ENDPOINT", "https://localhost:" + proxy.port())
                .jvm(encryption)
                .run("--once");

        assertThat(exit.code()).as(exit.err()).isEqualTo(1);
        assertThat(exit.err()).contains("S3's certificate is not trusted", "S3_CA_FILE");
    }

    @ParameterizedTest
    @ValueSource(strings = {NATIVE, OF_THE_JDK})
    void anotherNameIsNotTrusted(String encryption) {
        try (TlsProxy other =
                TlsProxy.withCertificateFor("other.example", surroundings.s3().port())) {
            Exit exit = other.asS3Of(surroundings.vault()).jvm(encryption).run("--once");

            assertThat(exit.code()).as(exit.err()).isEqualTo(1);
            assertThat(exit.err()).contains("No subject alternative");
        }
    }

    /** Where Netty has its library for the system: Linux with glibc. */
    @Test
    @JvmOnly
    void encryptionIsNative() throws IOException {
        assertThat(librariesAfterABackup(trusting("native"))).contains(LIBRARY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dio.netty.native.workdir=/proc", OF_THE_JDK})
    void whereItIsNotOrMustNotBeTheJdkEncrypts(String option) throws IOException {
        assertThat(librariesAfterABackup(trusting(option.replaceAll("\\W", "")).jvm(option)))
                .doesNotContain(LIBRARY);
    }

    private static String librariesAfterABackup(VaultProcess.Builder builder) throws IOException {
        try (VaultProcess vault = builder.serve()) {
            assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
            return Files.readString(Path.of("/proc/" + vault.pid() + "/maps"));
        }
    }
}
