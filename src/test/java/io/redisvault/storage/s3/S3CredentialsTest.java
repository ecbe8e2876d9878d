package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.S3Server;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.TestContent;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Those of a role are asked for over HTTP, by the client, on the thread that calls it. */
class S3CredentialsTest {

    private static final String KEY = "credentials/one";
    private static final TestContent LARGE = new TestContent(1, S3Parts.MIN_SIZE + 1);

    private static final Map<String, Function<BackupStorage, Uni<?>>> CALLS = Map.of(
            "access", BackupStorage::checkAccess,
            "put", storage -> storage.put(KEY + "more", new TestContent(1, 1000).content(), Map.of()),
            "large", storage -> storage.put(KEY + "large", LARGE.content(), Map.of()),
            "list", storage -> storage.list(KEY).collect().asList(),
            "head", storage -> storage.head(KEY),
            "read", storage -> storage.read(KEY, 0, 1000).collect().asList(),
            "unfinished", storage -> storage.abortIncomplete(KEY, Instant.now(), key -> true),
            "delete", storage -> storage.delete(List.of(KEY + "more")).collect().asList());

    private static final Set<Thread> askers = ConcurrentHashMap.newKeySet();
    private static S3Server server;
    private static S3AsyncClient client;
    private static BackupStorage storage;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        client = S3StorageTest.client(server.endpoint(), () -> {
            askers.add(Thread.currentThread());
            return AwsBasicCredentials.create(server.accessKey(), server.secretKey());
        });
        storage = S3StorageTest.storage(client, server.bucket(), S3StorageTest.PLAIN);
        storage.put(KEY, new TestContent(1, 1000).content(), Map.of()).await().indefinitely();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void blockNoThreadOfACaller() {
        CALLS.forEach((name, call) -> {
            askers.clear();
            call.apply(storage).await().indefinitely();
            assertThat(askers).as(name).isNotEmpty().doesNotContain(Thread.currentThread());
        });
    }
}
