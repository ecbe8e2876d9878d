package io.redisvault.rdb;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpCheckTest {

    private static final int ROUNDS = 5_000;

    @TempDir
    Path directory;

    /** Both parts end at the same time, and one of them has to notice. */
    @Test
    void noticesADamageWhicheverPartEndsLast() throws Exception {
        Path path = SyntheticDump.write(directory.resolve("dump.rdb"), 1000, 1);
        byte[] damaged = Files.readAllBytes(path);
        damaged[damaged.length / 2] ^= 1;
        Files.write(path, damaged);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier barrier = new CyclicBarrier(2);
        OpenedFile file = OpenedFile.open(path);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                DumpCheck check = DumpCheck.of(file);
                int middle = damaged.length / 2;
                List<Future<Boolean>> ends = new ArrayList<>();
                for (int[] part : new int[][] {{0, middle}, {middle, damaged.length}}) {
                    DumpCheck.Reading reading = check.begin(part[0], part[1]);
                    ends.add(threads.submit(() -> {
                        barrier.await();
                        try {
                            reading.accept(ByteBuffer.wrap(damaged, part[0], part[1] - part[0]));
                            return false;
                        } catch (InvalidDumpException e) {
                            return true;
                        }
                    }));
                }
                boolean first = ends.get(0).get(20, SECONDS);
                boolean second = ends.get(1).get(20, SECONDS);
                assertThat(first ^ second).as("round %d", round).isTrue();
            }
        } finally {
            threads.shutdownNow();
            file.channel().close();
        }
    }
}
