package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SharedAnswerTest {

    private final AtomicLong now = new AtomicLong(-5);
    private final List<UniEmitter<? super String>> questions = new ArrayList<>();
    private final Uni<String> shared =
            StoredBackups.shared(Uni.createFrom().<String>emitter(questions::add), Duration.ofNanos(3), now::get);

    @Test
    void whoAsksMeanwhileOrSoonAfterSharesTheAnswer() {
        UniAssertSubscriber<String> first = ask();
        now.addAndGet(100);
        UniAssertSubscriber<String> meanwhile = ask();
        assertThat(questions).hasSize(1);
        questions.get(0).complete("one");
        first.assertCompleted().assertItem("one");
        meanwhile.assertCompleted().assertItem("one");
        now.addAndGet(2);
        ask().assertCompleted().assertItem("one");

        now.addAndGet(1);
        UniAssertSubscriber<String> later = ask();
        UniAssertSubscriber<String> withIt = ask();
        assertThat(questions).hasSize(2);
        questions.get(1).complete("two");
        later.assertCompleted().assertItem("two");
        withIt.assertCompleted().assertItem("two");
    }

    @Test
    void whoLeavesTakesTheAnswerFromNobody() {
        UniAssertSubscriber<String> first = ask();
        UniAssertSubscriber<String> other = ask();
        first.cancel();
        assertThat(questions).hasSize(1);
        questions.get(0).complete("one");
        other.assertCompleted().assertItem("one");
    }

    private UniAssertSubscriber<String> ask() {
        return shared.subscribe().withSubscriber(UniAssertSubscriber.create());
    }
}
