package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.redisvault.LoggedLines;
import io.redisvault.servers.Acceptor;
import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FakeS3.Request;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Notice;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.TestContent;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A server that cannot answer is asked again, and people are told why they wait. */
class S3AttemptsTest extends OnFakeS3 {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final DateTimeFormatter SIGNED =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @AutoClose
    private final LoggedLines notices = new LoggedLines(Notice.class.getName());

    @Test
    void anOutageThatLastsLongerThanTheTimeoutIsToldAsWhatItIs() {
        server.answer(request -> true, request -> Answer.error(503, "SlowDown", "Reduce your request rate"));

        assertThatThrownBy(() -> list(impatient))
                .isInstanceOf(StorageException.Unavailable.class)
                .hasMessage("S3 answered 503 SlowDown (Reduce your request rate)");
        assertThatThrownBy(() -> impatient
                        .put("key", new TestContent(1, S3Parts.MIN_SIZE + 1L).content(), Map.of())
                        .await()
                        .atMost(LONG))
                .hasMessageContaining("503 SlowDown");
        assertThat(server.requests()).hasSizeGreaterThan(4);
    }

    @Test
    void thatAServerIsWaitedForIsSaidOnceWithTheReason() {
        URI nothing;
        try (Acceptor closed = Acceptor.start(client -> {})) {
            nothing = closed.uri();
        }
        try (S3AsyncClient client = S3StorageTest.client(nothing, "key", "secret")) {
            // Pauses are random: only in this time does an attempt surely fail after the wait is worth a line.
            BackupStorage gone = new S3Storage(client, "bucket", S3StorageTest.PLAIN, Duration.ofSeconds(10));

            assertThatThrownBy(() -> list(gone)).hasMessageContaining("Connection refused");
        }
        assertThat(notices.texts())
                .singleElement()
                .asString()
                .matches("waiting for S3 at " + nothing + ", up to \\d s more \\(STORAGE_TIMEOUT\\): S3 did not answer"
                        + " .*Connection refused.*");
    }

    @Test
    void aConnectionThatIsRefusedAtOnceIsNotWaitedFor() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            // Only the first connections of a client were lost.
            try (S3AsyncClient client = S3StorageTest.client(URI.create("http://127.0.0.1:1"), "key", "secret")) {
                CompletableFuture<?> list = client.listObjectsV2(request -> request.bucket("bucket"));
                failures.add(catchThrowable(list::join).getMessage());
            }
        }
        assertThat(failures).allMatch(failure -> failure.contains("Connection refused"));
    }

    @Test
    void thatAServerIsSilentIsSaid() {
        try (Acceptor silent =
                        Acceptor.start(client -> client.getInputStream().transferTo(OutputStream.nullOutputStream()));
                S3AsyncClient client = S3StorageTest.client(silent.uri(), "key", "secret")) {
            BackupStorage mute = new S3Storage(client, "bucket", S3StorageTest.PLAIN, Duration.ofSeconds(3));

            assertThatThrownBy(() -> list(mute)).hasMessageContaining("did not answer within 6000 ms");
            assertThat(notices.texts())
                    .containsExactly(
                            "waiting for S3 at " + silent.uri() + ", up to 1 s more (STORAGE_TIMEOUT): no answer yet");
        }
    }

    @Test
    void theServersTimeIsTakenWhereOursIsWrong() {
        Instant theirs = Instant.now().plus(5, ChronoUnit.HOURS);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(theirs.atOffset(ZoneOffset.UTC));
        server.answer(
                request -> signed(request).isBefore(theirs.minus(15, ChronoUnit.MINUTES)),
                request -> new Answer(
                        403,
                        Map.of("Date", date),
                        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large</Message></Error>"));

        try (S3AsyncClient client = S3StorageTest.client(server.endpoint(), "key", "secret")) {
            list(S3StorageTest.storage(client, "bucket", S3StorageTest.PLAIN));
        }

        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void whereTheFirstAddressOfAHostIsDeadTheNextIsTaken(@TempDir Path directory) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.77 twofold\n127.0.0.1 twofold\n");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3AttemptsTest.class.getName(),
                        "http://twofold:" + server.endpoint().getPort())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(process.getInputStream().readAllBytes())).endsWith("listed\n");
    }

    /** Lists what is at an address. */
    public static void main(String[] arguments) {
        list(S3StorageTest.storage(
                S3StorageTest.client(URI.create(arguments[0]), "key", "secret"), "bucket", S3StorageTest.PLAIN));
        System.out.println("listed");
        System.exit(0);
    }

    private static Instant signed(Request request) {
        return SIGNED.parse(request.headers().get("x-amz-date"), Instant::from);
    }

    private static void list(BackupStorage storage) {
        storage.list("k").collect().asList().await().atMost(LONG);
    }
}
