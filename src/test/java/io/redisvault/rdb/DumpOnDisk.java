package io.redisvault.rdb;

import static java.nio.file.StandardOpenOption.WRITE;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A dump on the disk, five chunks and a bit, and what tests of its reading do with it. */
abstract class DumpOnDisk {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    final ExecutorService workers = Executors.newFixedThreadPool(2, task -> new Thread(task, "worker"));
    Path path;
    byte[] bytes;

    @BeforeEach
    void writeDump() throws IOException {
        path = SyntheticDump.write(directory.resolve("dump.rdb"), 5 * DumpFile.CHUNK + 1000, 1);
        bytes = Files.readAllBytes(path);
    }

    @AfterEach
    void stopWorkers() {
        workers.shutdownNow();
    }

    static AssertSubscriber<ByteBuffer> subscribe(Multi<ByteBuffer> part, long requests) {
        return part.subscribe().withSubscriber(AssertSubscriber.create(requests));
    }

    static byte[] collect(Multi<ByteBuffer> part) {
        return part.collect()
                .in(ByteArrayOutputStream::new, (all, chunk) -> all.writeBytes(join(List.of(chunk))))
                .await()
                .atMost(PATIENCE)
                .toByteArray();
    }

    static byte[] join(List<ByteBuffer> chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(chunk -> all.write(chunk.array(), chunk.position(), chunk.remaining()));
        return all.toByteArray();
    }

    void write(byte[] content) throws IOException {
        Files.write(path, content);
    }

    void truncate(long size) throws IOException {
        try (FileChannel file = FileChannel.open(path, WRITE)) {
            file.truncate(size);
        }
    }

    void overwrite(long offset, byte[] content) throws IOException {
        try (FileChannel file = FileChannel.open(path, WRITE)) {
            file.write(ByteBuffer.wrap(content), offset);
        }
    }
}
