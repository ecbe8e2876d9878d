package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.S3Server;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.StoredObject;
import io.redisvault.storage.TestContent;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** An answer that breaks off anywhere is asked for again. */
class S3WholeAnswersTest {

    /** In bytes; a header is longer. Each answer costs the wait before the retry. */
    private static final int STEP = 11;

    private static S3Server server;
    private static FaultyProxy proxy;
    private static S3AsyncClient client;
    private static BackupStorage storage;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        proxy = FaultyProxy.to(server.endpoint());
        client = S3StorageTest.client(proxy.endpoint(), server.accessKey(), server.secretKey());
        storage = S3StorageTest.storage(client, server.bucket(), S3StorageTest.PLAIN);
    }

    @AfterAll
    static void stop() {
        client.close();
        proxy.close();
        server.close();
    }

    @Test
    void head() {
        put("broken/head");
        assertWhole(() -> storage.head("broken/head").await().indefinitely());
    }

    @Test
    void list() {
        put("broken/list/one");
        put("broken/list/two");
        assertWhole(
                () -> storage.list("broken/list/").collect().asList().await().indefinitely());
    }

    private static StoredObject put(String key) {
        return storage.put(key, new TestContent(1, 1000).content(), Map.of("node", "redis-1"))
                .await()
                .indefinitely();
    }

    private static void assertWhole(Supplier<Object> request) {
        long before = proxy.passed(Direction.TO_CLIENT);
        Object whole = request.get();
        long length = proxy.passed(Direction.TO_CLIENT) - before;
        for (long offset = 1; offset < length; offset += STEP) {
            proxy.cutAfter(offset, Direction.TO_CLIENT, Count.ONCE, Cut.FIN);
            assertThat(request.get()).as("after %d of %d bytes", offset, length).isEqualTo(whole);
        }
    }
}
