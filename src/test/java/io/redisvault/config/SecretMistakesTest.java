package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes in or near a secret, the error lines of which must not hold any part of it. */
class SecretMistakesTest {

    private static final String SECRET = "pl4nted";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REDIS_CONNECTION=redis://:pl4nted%2Fpw@localhost:99999",
                "REDIS_CONNECTION=redis://:pl4nted/pw@localhost",
                "REDIS_CONNECTION=redis://:pl4nted%zz@localhost",
                "REDIS_CONNECTION=redis:/pl4nted@localhost",
                "REDIS_CONNECTION=pl4nted",
                "REDIS_CONNECTION=redis://localhost?pl4nted=1",
                "REDIS_CONNECTION=redis://localhost/pl4nted",
                "REDIS_CONNECTION=unix:///run/redis.sock?password=pw&pl4nted",
                "API_TOKEN=pl4nted-short",
                "API_TOKEN=pl4nted with spaces in between",
                "API_TOKEN_FILE=pl4nted-token-0123456789",
                "API_TOKEN_FILE=pl4nted/token+0123456789==",
                "REDIS_PASSWORD_FILE=pl4nted",
                "HTTP_TLS_KEY_FILE=-----BEGIN PRIVATE KEY-----\npl4nted/",
                "S3_ENDPOINT=https://user:pl4nted@minio",
                "S3_ENDPOINT=https://user:pl4nted/with@two@minio",
                "STORAGE_URL=s3://user:pl4nted@bucket/prefix",
                "STORAGE_URL=s3://bucket/prefix?X-Amz-Signature=pl4nted",
                "S3_ENDPOINT=https://minio/?a=b?sig=pl4nted"
            })
    void inAVariable(String assignment) {
        discreet(Reading.environment(assignment).mistakes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http:\n  token: pl4nted-short",
                "http:\n  token: *pl4nted-token-0123456789",
                "http:\n  token: @pl4nted-token-0123456789",
                "http:\n  token: !pl4nted-token-0123456789",
                "http:\n  token: !pl4nted token-0123456789",
                "http:\n  token: [pl4nted-token-0123456789]",
                "http:\n  token: \"pl4nted-token-0123456789",
                "http:\n  token: pl4nted: token",
                "http: pl4nted-token-0123456789",
                "http:\n  token_file: pl4nted-token-0123456789",
                "http:\n  token_file: [pl4nted-token-0123456789]",
                "http:\n  pl4nted-token-0123456789",
                "redis:\n  connection_string: redis://:pl4nted@localhost:port",
                "? {http: pl4nted-token-0123456789}\n: 1"
            })
    void inAFile(String yaml) {
        discreet(Reading.yaml(directory, yaml).mistakes());
    }

    private static void discreet(List<String> mistakes) {
        assertThat(mistakes).isNotEmpty().noneMatch(line -> line.contains(SECRET));
    }
}
