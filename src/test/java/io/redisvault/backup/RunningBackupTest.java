package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.storage.Content;
import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RunningBackupTest {

    private static final int CHUNK = 10;

    private final RunningBackup cycle = new RunningBackup(Trigger.REQUEST, Instant.EPOCH);
    private final Content content = new Content(100, (offset, length) -> Multi.createFrom()
            .range(0, (int) length / CHUNK)
            .map(chunk -> ByteBuffer.allocate(CHUNK)));

    @Test
    void countsEachByteOnceThoughPartsAreReadInAnyOrderAndAgain() {
        Content tracked = cycle.track(content);

        read(tracked.read(50, 50).select().first(2));
        assertThat(cycle.bytesDone()).isEqualTo(20);
        read(tracked.read(0, 50));
        assertThat(cycle.bytesDone()).isEqualTo(70);
        read(tracked.read(50, 50).select().first(3));
        assertThat(cycle.bytesDone()).isEqualTo(80);
        read(tracked.read(50, 50));
        read(tracked.read(0, 50));

        assertThat(cycle.bytesDone()).isEqualTo(cycle.bytesTotal()).isEqualTo(100);
    }

    @Test
    void beginsAnewWhenTheContentIsStoredUnderAnotherName() {
        read(cycle.track(content).read());

        Content again = cycle.track(content);

        assertThat(cycle.bytesDone()).isZero();
        read(again.read());
        assertThat(cycle.bytesDone()).isEqualTo(100);
    }

    private static void read(Multi<ByteBuffer> part) {
        part.onItem().ignoreAsUni().await().atMost(Duration.ofSeconds(20));
    }
}
