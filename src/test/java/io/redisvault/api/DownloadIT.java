package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redisvault.codec.Codec;
import io.redisvault.codec.ZstdEncoder;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.unchecked.Unchecked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups as they leave the service, over sockets that break and with objects that are not what was stored. */
class DownloadIT {

    private static final int MIB = 1 << 20;
    private static final String BYTES = "application/octet-stream";
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private static Path data;

    private static Surroundings surroundings;
    private static FaultyProxy storage;
    private static VaultProcess vault;
    private static String name;
    private static byte[] dump;

    private final long seed = Long.getLong("download.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @BeforeAll
    static void backUp() throws IOException {
        surroundings = Surroundings.start();
        storage = FaultyProxy.to(surroundings.s3().endpoint());
        vault = surroundings
                .vault()
                .and("S3_ENDPOINT", storage.endpoint().toString())
                .and("REDIS_DATA_PATH", data.toString())
                // A storage that cannot be reached is waited for as long.
                .and("STORAGE_TIMEOUT", "3s")
                .serve();
        name = backUp(12 * MIB, NOON);
        dump = Files.readAllBytes(data.resolve("dump.rdb"));
    }

    private static String backUp(long bytes, Instant time) throws IOException {
        Path file = SyntheticDump.write(data.resolve("dump.rdb"), bytes, time.getEpochSecond());
        Files.setLastModifiedTime(file, FileTime.from(time));
        assertThat(vault.post("/backup").statusCode()).isEqualTo(201);
        return "redis-node_" + time + ".rdb";
    }

    @AfterAll
    static void stop() {
        vault.close();
        storage.close();
        surroundings.close();
    }

    @AfterEach
    void pass() {
        storage.pass();
    }

    @Test
    void theWholeIsTheDump() {
        HttpResponse<byte[]> answer = download(name);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(dump);
        assertThat(header(answer, "Content-Type")).isEqualTo(BYTES);
        assertThat(header(answer, "Content-Length")).isEqualTo("" + dump.length);
        assertThat(header(answer, "Content-Disposition")).isEqualTo("attachment; filename=\"" + name + "\"");
        assertThat(header(answer, "Last-Modified")).isEqualTo("Fri, 02 Jan 2026 12:00:00 GMT");
        assertThat(header(answer, "ETag")).matches("\"[0-9a-f]{16}-" + dump.length + "\"");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(answer, "Vary")).isEqualTo("Accept");
        assertThat(answer.headers().firstValue("Transfer-Encoding")).isEmpty();
    }

    @Test
    void ofACompressedBackupTheStoredBytesAreSent() throws IOException {
        String small = name.replace("12:00:00Z.rdb", "11:00:00Z.rdb.zst");
        Multi<ByteBuffer> bytes = Codec.apply(
                () -> new ZstdEncoder(1, dump.length), Multi.createFrom().item(ByteBuffer.wrap(dump)));
        Path object = surroundings.s3().file("redis-vault/" + small);
        try (FileChannel file = FileChannel.open(object, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            bytes.subscribe().asStream().forEach(Unchecked.consumer(chunk -> file.write(chunk)));
        }
        byte[] stored = Files.readAllBytes(object);

        HttpResponse<byte[]> answer = download(small);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(stored);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/zstd");
        assertThat(header(answer, "Content-Disposition")).isEqualTo("attachment; filename=\"" + small + "\"");
        assertThat(send(request(small, "Accept", BYTES, "Range", "bytes=5-9")).body())
                .isEqualTo(Arrays.copyOfRange(stored, 5, 10));

        Files.write(object, Arrays.copyOf(stored, stored.length - 1));
        assertThat(vault.post("/backups/" + small + "/verify").statusCode()).isEqualTo(422);
        Files.delete(object);
    }

    @Test
    void headHasTheSameHeadersAndReadsNothing() {
        long before = storage.passed(Direction.TO_CLIENT);

        HttpResponse<byte[]> head = send(request(name, "Accept", BYTES, "Range", "bytes=5-9")
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(storage.passed(Direction.TO_CLIENT) - before).isLessThan(10_000);
        HttpResponse<byte[]> get = download(name);
        for (String header : new String[] {
            "Content-Type", "Content-Length", "Content-Disposition", "Last-Modified", "ETag", "Accept-Ranges", "Vary"
        }) {
            assertThat(header(head, header)).as(header).isEqualTo(header(get, header));
        }
    }

    @Test
    void rangesAreTheBytesOfTheDump() {
        for (int i = 0; i < 100; i++) {
            int first = random.nextInt(dump.length);
            int last = first + random.nextInt(Math.min(dump.length - first, i % 2 == 0 ? 100 : dump.length));
            assertRange("bytes=" + first + "-" + last, first, last + 1);
        }
        int middle = random.nextInt(dump.length);
        assertRange("bytes=" + middle + "-", middle, dump.length);
        assertRange("bytes=-" + middle, dump.length - middle, dump.length);
        assertRange("bytes=0-", 0, dump.length);
    }

    private void assertRange(String range, int from, int to) {
        HttpResponse<byte[]> answer = download(name, "Range", range);

        assertThat(answer.statusCode()).as(range).isEqualTo(206);
        assertThat(header(answer, "Content-Range"))
                .as(range)
                .isEqualTo("bytes " + from + "-" + (to - 1) + "/" + dump.length);
        assertThat(answer.body()).as(range).isEqualTo(Arrays.copyOfRange(dump, from, to));
    }

    @Test
    void aRangeBeyondTheEndIsRefusedAndOddOnesAreIgnored() {
        HttpResponse<byte[]> refused = download(name, "Range", "bytes=" + dump.length + "-");
        assertProblem(refused, 416, "range-not-satisfiable");
        assertThat(header(refused, "Content-Range")).isEqualTo("bytes */" + dump.length);

        for (String odd : new String[] {"bytes=0-1,5-6", "bytes=9-5", "nonsense"}) {
            assertThat(download(name, "Range", odd).statusCode()).as(odd).isEqualTo(200);
        }
    }

    @Test
    void conditionsHold() {
        String tag = header(download(name, "Range", "bytes=0-0"), "ETag");

        HttpResponse<byte[]> known = download(name, "If-None-Match", "\"other\", " + tag);
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(header(known, "ETag")).isEqualTo(tag);
        assertThat(download(name, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
        assertThat(download(name, "If-Match", tag, "Range", "bytes=1-2").statusCode())
                .isEqualTo(206);
        assertProblem(download(name, "If-Match", "\"other\""), 412, "precondition-failed");

        for (String same : new String[] {tag, "Fri, 02 Jan 2026 12:00:00 GMT"}) {
            assertThat(download(name, "Range", "bytes=1-2", "If-Range", same).statusCode())
                    .isEqualTo(206);
        }
        for (String other : new String[] {"\"other\"", "W/" + tag, "Fri, 02 Jan 2026 12:00:01 GMT", "x"}) {
            assertThat(download(name, "Range", "bytes=1-2", "If-Range", other).body())
                    .isEqualTo(dump);
        }
    }

    @Test
    void aDownloadThatBrokeOffGoesOnWhereItDid() throws IOException {
        try (FaultyProxy network = FaultyProxy.to(vault.url())) {
            URI address = network.endpoint().resolve("/backups/" + name);
            ByteArrayOutputStream arrived = new ByteArrayOutputStream();
            network.cutAfter(1 + random.nextInt(dump.length), Direction.TO_CLIENT, Count.EACH_CONNECTION, Cut.RST);
            int parts = 0;
            while (arrived.size() < dump.length) {
                assertThat(parts++).as("-Ddownload.seed=" + seed).isLessThan(100);
                if (parts == 5) {
                    network.pass();
                }
                HttpRequest.Builder request = HttpRequest.newBuilder(address)
                        .headers("Accept", BYTES, "Range", "bytes=" + arrived.size() + "-");
                try (InputStream body =
                        send(request, BodyHandlers.ofInputStream()).body()) {
                    copy(body, arrived);
                } catch (IOException | IllegalStateException cut) {
                    // Once more, from where it ended.
                }
            }
            assertThat(arrived.toByteArray()).isEqualTo(dump);
        }
    }

    /** Unlike {@code transferTo}, keeps what came before a failure. */
    private static void copy(InputStream in, ByteArrayOutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    @Test
    void theClientDoesNotNoticeThatTheStorageBreaksOff() {
        for (int i = 0; i < 20; i++) {
            int at = random.nextInt(dump.length);
            Cut how = Cut.values()[i % 2];
            long cuts = storage.cuts();
            storage.cutAfter(at, Direction.TO_CLIENT, Count.ONCE, how);

            assertThat(download(name).body())
                    .as("%s at %d, -Ddownload.seed=%d", how, at, seed)
                    .isEqualTo(dump);
            assertThat(storage.cuts()).isEqualTo(cuts + 1);
        }
    }

    @Test
    void aCorruptBackupIsNeverDownloadedWhole() throws IOException {
        String bad = backUp(5 * MIB, NOON.plusSeconds(1));
        Path object = surroundings.s3().file("redis-vault/" + bad);
        byte[] bytes = Files.readAllBytes(object);
        bytes[random.nextInt(bytes.length - 100_000) + 70_000] ^= 1;
        overwrite(object, bytes);

        assertThatThrownBy(() -> download(bad)).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> download(bad, "Range", "bytes=0-")).hasRootCauseInstanceOf(IOException.class);

        assertThat(vault.output()).contains("download of " + bad + " broken off: the dump is damaged");
        assertThat(download(bad, "Range", "bytes=10-").statusCode()).isEqualTo(206);
        assertProblem(verify(bad), 422, "backup-corrupt");
        overwrite(object, "no dump at all".getBytes());
        assertProblem(download(bad), 422, "backup-corrupt");
        assertProblem(verify(bad), 422, "backup-corrupt");
        Files.delete(object);
        assertProblem(download(bad), 404, "no-such-backup");
        assertProblem(verify(bad), 404, "no-such-backup");
    }

    /** In place: S3Proxy keeps metadata as attributes of the file. */
    private static void overwrite(Path object, byte[] bytes) throws IOException {
        Files.write(object, bytes);
    }

    @Test
    void aStorageThatFailsIsSaid() {
        storage.refuse();

        assertProblem(download(name), 502, "storage-failed");
        assertProblem(verify(name), 502, "storage-failed");
    }

    @Test
    void whatIsNoBackupOfThisNodeIsNotFound() throws IOException {
        Path foreign = surroundings.s3().file("redis-vault/other-node_2026-01-02T12:00:00Z.rdb");
        Files.write(foreign, dump);
        Files.write(surroundings.s3().file("secret"), dump);

        for (String other : new String[] {
            "other-node_2026-01-02T12:00:00Z.rdb",
            "redis-node_2026-01-02T12:00:59Z.rdb",
            "redis-node_2026-01-02T12:00:00.000Z.rdb",
            "latest",
            "..%2Fsecret",
            "%2E%2E%2Fsecret",
            "..%5Csecret",
            "redis-vault%2F" + name,
            name + "%00",
            name + "%0A",
            name + "%2F",
            name + "%3F",
            "%2500" + name,
            "%C0%AE",
            "x".repeat(3000)
        }) {
            for (String accept : new String[] {BYTES, "application/json", "*/*"}) {
                assertProblem(send(request(other, "Accept", accept)), 404, "no-such-backup");
            }
            assertProblem(verify(other), 404, "no-such-backup");
        }
        for (String path : new String[] {"../secret", "%2e%2e/secret", name + "/x"}) {
            assertThat(send(request(path, "Accept", BYTES)).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(send(request("x".repeat(10_000))).statusCode()).isEqualTo(414);
        Files.delete(foreign);
    }

    @Test
    void whoGivesUpStopsTheReading() throws IOException {
        // More often than there are places: each must be given back.
        for (int i = 0; i < 3 * ReadLimit.READS; i++) {
            storage.throttle(2 * MIB);
            if (i % 2 == 0) {
                InputStream body = send(request(name, "Accept", BYTES), BodyHandlers.ofInputStream())
                        .body();
                assertThat(body.readNBytes(1000)).hasSize(1000);
                body.close();
            } else {
                CompletableFuture<HttpResponse<byte[]>> verification =
                        HTTP.sendAsync(verification(name), BodyHandlers.ofByteArray());
                long before = storage.passed(Direction.TO_CLIENT);
                await().until(() -> storage.passed(Direction.TO_CLIENT) > before + 100_000);
                verification.cancel(true);
            }
            await().atMost(Duration.ofSeconds(5)).until(DownloadIT::nothingMoves);
        }
        storage.pass();
        assertThat(download(name).body()).isEqualTo(dump);
    }

    private static boolean nothingMoves() throws InterruptedException {
        long before = storage.passed(Direction.TO_CLIENT);
        Thread.sleep(200);
        return storage.passed(Direction.TO_CLIENT) == before;
    }

    @Test
    void tooManyAtATimeAreAskedToComeBack() throws IOException {
        List<InputStream> slow = new ArrayList<>();
        storage.throttle(2 * MIB);
        for (int i = 0; i < ReadLimit.READS; i++) {
            slow.add(send(request(name, "Accept", BYTES), BodyHandlers.ofInputStream())
                    .body());
        }

        for (HttpResponse<byte[]> answer : List.of(download(name), verify(name))) {
            assertProblem(answer, 503, "busy");
            assertThat(header(answer, "Retry-After")).isEqualTo("10");
        }
        assertThat(send(request(name)).statusCode()).isEqualTo(200);

        for (InputStream body : slow) {
            body.close();
        }
        storage.pass();
        await().until(() -> verify(name).statusCode() == 200);
    }

    private static void assertProblem(HttpResponse<byte[]> answer, int status, String kind) {
        String body = new String(answer.body());
        assertThat(answer.statusCode()).as(answer.uri() + " " + body).isEqualTo(status);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(body).contains("\"urn:redis-vault:problem:" + kind + "\"");
    }

    private static HttpResponse<byte[]> download(String backup, String... headers) {
        HttpRequest.Builder request = request(backup, "Accept", BYTES);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static HttpResponse<byte[]> verify(String backup) {
        return HTTP.sendAsync(verification(backup), BodyHandlers.ofByteArray())
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static HttpRequest verification(String backup) {
        return request(backup + "/verify")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
    }

    private static HttpRequest.Builder request(String backup, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(vault.url() + "/backups/" + backup));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
        return send(request, BodyHandlers.ofByteArray());
    }

    private static <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) {
        return HTTP.sendAsync(request.build(), handler)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static String header(HttpResponse<?> answer, String header) {
        return String.join(", ", answer.headers().allValues(header));
    }
}
