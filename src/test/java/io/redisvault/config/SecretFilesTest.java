package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.servers.TlsIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets and keys in files: what is read, and the exact line for what is not. */
class SecretFilesTest {

    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void theEndOfTheLineIsNoPartOfTheSecret(String end) throws IOException {
        Path token = write(TOKEN + end);
        Settings settings = Reading.environment("API_TOKEN_FILE=" + token, "REDIS_PASSWORD_FILE=" + token);

        assertThat(settings.mistakes()).isEmpty();
        VaultConfig config = settings.typed();
        assertThat(config.http().token()).contains(TOKEN);
        assertThat(QuarkusSources.derived(config))
                .containsEntry("quarkus.redis.hosts", "redis://:" + TOKEN + "@localhost:6379");
    }

    @Test
    void theUserStaysInTheConnectionString() throws IOException {
        VaultConfig config = Reading.yaml(
                        directory,
                        "redis:\n  connection_string: rediss://vault@redis:6380/2\n  password_file: "
                                + write("pass word/+ \n"))
                .typed();
        assertThat(QuarkusSources.derived(config))
                .containsEntry("quarkus.redis.hosts", "rediss://vault:pass%20word%2F%2B%20@redis:6380/2");
    }

    @ParameterizedTest
    @CsvSource({
        "'', is an empty file; write the secret into it",
        "'\n', is an empty file; write the secret into it",
        "'hunter2-hunter2-hunter2\n\n', 'holds more than one line, or control characters'",
        "'hunter2-hunter2-hunter2\nnext', 'holds more than one line, or control characters'",
        "'hunter2\u0000hunter2-hunter2', 'holds more than one line, or control characters'"
    })
    void aFileWithoutOneSecretIsAMistake(String content, String what) throws IOException {
        Path file = write(content);
        assertThat(Reading.environment("API_TOKEN_FILE=" + file).mistakes())
                .containsExactly("API_TOKEN_FILE: '" + file + "' " + what);
        assertThat(Reading.environment("REDIS_PASSWORD_FILE=" + file).mistakes())
                .containsExactly("REDIS_PASSWORD_FILE: '" + file + "' " + what);
    }

    @Test
    void aTokenInAFileHasTheFormOfAToken() throws IOException {
        Path file = write("hunter2");
        assertThat(Reading.environment("API_TOKEN_FILE=" + file).mistakes())
                .containsExactly("API_TOKEN_FILE: '" + file + "' must have at least 16 visible ASCII characters");
    }

    @Test
    void whatIsNoSmallTextFileIsAMistake() throws IOException {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff});
        Path large = Files.write(directory.resolve("large"), new byte[4097]);
        Path missing = directory.resolve("missing");
        assertThat(Reading.environment("API_TOKEN_FILE=" + binary).mistakes())
                .containsExactly("API_TOKEN_FILE: '" + binary + "' is not UTF-8 text");
        assertThat(Reading.environment("API_TOKEN_FILE=" + large).mistakes())
                .containsExactly("API_TOKEN_FILE: '" + large + "' has more than 4096 bytes, too many for a secret");
        for (Path path : List.of(missing, directory)) {
            assertThat(Reading.environment("API_TOKEN_FILE=" + path).mistakes())
                    .containsExactly("API_TOKEN_FILE: '" + path + "' is not a file that can be read");
        }
    }

    @Test
    void aFileOfSomebodyElseIsAMistake() throws IOException {
        Path file = write(TOKEN);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(file)).as("root reads everything").isFalse();
        assertThat(Reading.environment("REDIS_PASSWORD_FILE=" + file).mistakes())
                .containsExactly("REDIS_PASSWORD_FILE: '" + file + "' is not a file that can be read");
    }

    @Test
    void aSecretIsGivenOnce() throws IOException {
        Path file = write(TOKEN);
        assertThat(Reading.yaml(directory, "http:\n  token_file: " + file, "API_TOKEN=" + TOKEN)
                        .mistakes())
                .containsExactly(directory.resolve("config.yaml") + ": http.token_file: '" + file
                        + "' is not the only token: API_TOKEN is set, too; keep one");
        assertThat(Reading.environment("REDIS_PASSWORD_FILE=" + file, "REDIS_CONNECTION=redis://:" + TOKEN + "@redis")
                        .mistakes())
                .containsExactly("REDIS_PASSWORD_FILE: '" + file
                        + "' is not the only password: REDIS_CONNECTION has one, too; keep one");
    }

    @Test
    void misspeltNamesAreNoticed() {
        assertThat(Reading.environment("API_TOKEN_FIEL=x", "HTTP_TLS_KEYFILE=x").mistakes())
                .containsExactly(
                        "API_TOKEN_FIEL is not a variable of redis-vault; did you mean API_TOKEN_FILE?",
                        "HTTP_TLS_KEYFILE is not a variable of redis-vault; did you mean HTTP_TLS_KEY_FILE?");
    }

    @Test
    void aCertificateAndItsKeyBelongTogether() throws IOException {
        TlsIdentity one = TlsIdentity.generate(Files.createDirectory(directory.resolve("one")), "dns:localhost");
        TlsIdentity other = TlsIdentity.generate(Files.createDirectory(directory.resolve("other")), "dns:localhost");
        String cert = "HTTP_TLS_CERT_FILE=" + one.certificate();

        assertThat(Reading.environment(cert, "HTTP_TLS_KEY_FILE=" + one.key()).mistakes())
                .isEmpty();
        for (Path wrong : List.of(other.key(), one.certificate())) {
            assertThat(Reading.environment(cert, "HTTP_TLS_KEY_FILE=" + wrong).mistakes())
                    .containsExactly("HTTP_TLS_KEY_FILE: '" + wrong
                            + "' is not the private key of the first certificate in HTTP_TLS_CERT_FILE, as PEM: RSA or"
                            + " EC, without a passphrase");
        }
        assertThat(Reading.environment(cert, "HTTP_TLS_KEY_FILE=/missing").mistakes())
                .contains("HTTP_TLS_KEY_FILE: '/missing' is not a file that can be read");
        assertThat(Reading.environment("HTTP_TLS_CERT_FILE=" + one.key(), "HTTP_TLS_KEY_FILE=" + one.key())
                        .mistakes())
                .contains("HTTP_TLS_CERT_FILE: '" + one.key() + "' is not a PEM file of certificates");
    }

    @Test
    void redisIsShownACertificateOverTlsOnly() throws IOException {
        TlsIdentity identity = TlsIdentity.generate(directory, "dns:localhost");
        String cert = "REDIS_CLIENT_CERT_FILE=" + identity.certificate();
        String key = "REDIS_CLIENT_KEY_FILE=" + identity.key();
        Settings tls = Reading.environment(cert, key, "REDIS_CONNECTION=valkeys://redis");

        assertThat(tls.mistakes()).isEmpty();
        assertThat(QuarkusSources.derived(tls.typed()))
                .containsEntry(
                        "quarkus.tls.redis.key-store.pem.0.cert",
                        identity.certificate().toString())
                .containsEntry(
                        "quarkus.tls.redis.key-store.pem.0.key", identity.key().toString())
                .containsEntry("quarkus.redis.tls-configuration-name", "redis");
        assertThat(Reading.environment(cert, key).mistakes())
                .containsExactly("REDIS_CLIENT_CERT_FILE: '" + identity.certificate()
                        + "' is of no use, since REDIS_CONNECTION is not rediss://");
        assertThat(Reading.environment(cert, "REDIS_CONNECTION=rediss://redis").mistakes())
                .containsExactly("REDIS_CLIENT_CERT_FILE: '" + identity.certificate()
                        + "' is of no use without its key; set REDIS_CLIENT_KEY_FILE, too");
    }

    @Test
    void oneOfThemAloneIsAMistake() throws IOException {
        TlsIdentity identity = TlsIdentity.generate(directory, "dns:localhost");
        assertThat(Reading.environment("HTTP_TLS_CERT_FILE=" + identity.certificate())
                        .mistakes())
                .containsExactly("HTTP_TLS_CERT_FILE: '" + identity.certificate()
                        + "' is of no use without its key; set HTTP_TLS_KEY_FILE, too");
        assertThat(Reading.environment("HTTP_TLS_KEY_FILE=" + identity.key()).mistakes())
                .containsExactly("HTTP_TLS_KEY_FILE: '" + identity.key()
                        + "' is of no use without its certificate; set HTTP_TLS_CERT_FILE, too");
    }

    private Path write(String content) throws IOException {
        return Files.write(directory.resolve("secret"), content.getBytes(StandardCharsets.UTF_8));
    }
}
