package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.S3Server;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.BackupStorageContract;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.TestContent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A connection that breaks in the middle of an object: the client tries nothing again then, unless it was among the headers. */
class S3CutReadTest {

    /** More than an answer's headers. */
    private static final int HEADERS = 1000;

    private final long seed = Long.getLong("cut.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private final TestContent content = new TestContent(7, 3_000_000);

    @AutoClose
    private final S3Server server = S3Server.start();

    @AutoClose
    private final FaultyProxy proxy = FaultyProxy.to(server.endpoint());

    @AutoClose
    private final S3AsyncClient client = S3StorageTest.client(proxy.endpoint(), server.accessKey(), server.secretKey());

    private final BackupStorage storage = S3StorageTest.storage(client, server.bucket(), S3StorageTest.PLAIN);

    @BeforeEach
    void put() {
        BackupStorageContract.result(storage.put("object", content.content(), Map.of()));
    }

    @Test
    void isTheNetworksFaultAndNotTheObjects() {
        for (int i = 0; i < 100; i++) {
            int at = HEADERS + random.nextInt((int) content.length() - HEADERS);
            Cut how = Cut.values()[i % 2];
            proxy.cutAfter(at, Direction.TO_CLIENT, Count.ONCE, how);

            assertThatThrownBy(this::read)
                    .as("%s at %d, -Dcut.seed=%d", how, at, seed)
                    .isInstanceOf(StorageException.Unavailable.class);
        }
    }

    @Test
    void amongTheHeadersIsNoFailure() {
        for (int at = 1; at < 200; at += 15) {
            proxy.cutAfter(at, Direction.TO_CLIENT, Count.ONCE, Cut.FIN);

            assertThat(read()).as("after %d bytes", at).isEqualTo(content.length());
        }
    }

    /** Yields how many bytes there are. */
    private long read() {
        return storage.read("object", 0, content.length())
                .collect()
                .with(Collectors.summingLong(ByteBuffer::remaining))
                .await()
                .atMost(Duration.ofSeconds(10));
    }
}
