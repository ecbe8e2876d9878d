package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadLimitTest {

    private static final Duration PATIENCE = Duration.ofMillis(20);

    private final ReadLimit limit = new ReadLimit();
    private final AtomicInteger hungUp = new AtomicInteger();

    @Test
    void readersWhoTakeNothingMoreLoseTheirPlacesOnce() {
        Multi<Integer> read = giveUpStalled(Multi.createFrom().range(0, 100));
        for (int i = 0; i < ReadLimit.READS; i++) {
            AssertSubscriber<Integer> stalled = read.subscribe().withSubscriber(AssertSubscriber.create(1));
            int times = i + 1;
            await().untilAsserted(() -> assertThat(hungUp).hasValue(times));
            // As the connection does when it is closed.
            stalled.cancel();
        }

        for (int i = 0; i < ReadLimit.READS; i++) {
            assertThat(take().getItems()).hasSize(1);
        }
        take().assertFailedWith(ReadLimit.BusyException.class);
    }

    @Test
    void aSlowStorageIsNoStall() {
        AssertSubscriber<Integer> patient = giveUpStalled(Multi.createFrom().<Integer>nothing())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));

        await().pollDelay(PATIENCE.multipliedBy(10))
                .untilAsserted(() -> assertThat(hungUp).hasValue(0));
        patient.assertNotTerminated();
    }

    @Test
    void aReaderWhoTakesAllIsNotGivenUp() {
        AssertSubscriber<Integer> reader = ReadLimit.giveUpStalled(
                        limit.hold(Multi.createFrom().range(0, 3)), Duration.ofMinutes(1), hungUp::incrementAndGet)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        reader.request(1);
        reader.request(1);

        reader.assertCompleted().assertItems(0, 1, 2);
        assertThat(hungUp).hasValue(0);
    }

    private Multi<Integer> giveUpStalled(Multi<Integer> source) {
        return ReadLimit.giveUpStalled(limit.hold(source), PATIENCE, hungUp::incrementAndGet);
    }

    private AssertSubscriber<Integer> take() {
        return limit.hold(Multi.createFrom().range(0, 100)).subscribe().withSubscriber(AssertSubscriber.create(1));
    }
}
