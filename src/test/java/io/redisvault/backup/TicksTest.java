package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.Timetable.Ticks;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TicksTest {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger heard = new AtomicInteger();
    private final Ticks ticks = new Ticks(Events.to(tick -> heard.incrementAndGet()), vertx);

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** As the scheduler does once the clock was set back. */
    @Test
    void goOnWhenTheSchedulerFallsSilent() {
        ticks.tick();
        Awaitility.await().untilAsserted(() -> assertThat(heard).hasValueGreaterThan(2));
    }

    @Test
    void areTheSchedulersOwnAsLongAsItIsNot() throws InterruptedException {
        for (int second = 0; second < 4; second++) {
            ticks.tick();
            Thread.sleep(1000);
        }
        assertThat(heard).hasValue(4);
    }

    /** A command has no schedule. */
    @Test
    void beginWithTheScheduler() throws InterruptedException {
        Thread.sleep(2500);
        assertThat(heard).hasValue(0);
    }
}
