package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.redis.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs by a clock that somebody sets. */
class BackupScheduleTest {

    private final List<Instant> runs = new ArrayList<>();
    private final SetClock clock = new SetClock("2026-11-23T10:20:00Z");

    private final BackupSchedule schedule = new BackupSchedule(
            trigger -> runs.add(clock.instant()), clock, Timetable.every(Duration.ofHours(1)), Duration.ZERO);

    @Test
    void runsAtEachFullHour() {
        pass(Duration.ofHours(3));
        assertThat(runs).containsExactly(at("11:00:00"), at("12:00:00"), at("13:00:00"));
        assertThat(schedule.next()).contains(at("14:00:00"));
    }

    @Test
    void aClockThatIsSetBackBringsTheNextRunForward() {
        pass(Duration.ofMinutes(10));
        clock.set(at("05:30:00"));
        pass(Duration.ofHours(1));
        assertThat(runs).containsExactly(at("06:00:00"));
        assertThat(schedule.next()).contains(at("07:00:00"));
    }

    @Test
    void aClockThatIsSetBackWithinTheHourDoesNotRunTwice() {
        pass(Duration.ofMinutes(45));
        clock.set(at("11:01:00"));
        pass(Duration.ofMinutes(10));
        assertThat(runs).containsExactly(at("11:00:00"));
    }

    @Test
    void aClockThatIsSetForwardRunsOnceForAllThatWereMissed() {
        pass(Duration.ofMinutes(10));
        clock.set(at("17:10:00"));
        pass(Duration.ofHours(1));
        assertThat(runs).containsExactly(at("17:10:00"), at("18:00:00"));
    }

    @Test
    void aRunThatFailedIsTriedAgainAfterPausesThatGrow() {
        pass(Duration.ofMinutes(40));
        fail();
        assertThat(schedule.next()).contains(at("11:01:00"));
        pass(Duration.ofMinutes(1));
        fail();
        pass(Duration.ofMinutes(2));
        fail();
        pass(Duration.ofMinutes(3));
        assertThat(runs).containsExactly(at("11:00:00"), at("11:01:00"), at("11:03:00"));
        assertThat(schedule.next()).contains(at("11:07:00"));
    }

    @Test
    void aRunThatIsDueComesBeforeALongPauseIsOver() {
        pass(Duration.ofMinutes(40));
        for (int i = 0; i < 20; i++) {
            fail();
        }
        pass(Duration.ofHours(1));
        assertThat(runs).containsExactly(at("11:00:00"), at("12:00:00"));
    }

    @Test
    void aGoodRunAndOneOnDemandAreNotTriedAgain() {
        pass(Duration.ofMinutes(40));
        fail();
        schedule.ended(run(Trigger.SCHEDULE, new BackupOutcome.Stored(null, RetentionResult.NONE)));
        pass(Duration.ofMinutes(10));
        schedule.ended(run(Trigger.REQUEST, BackupPipeline.failed(new IllegalStateException())));
        pass(Duration.ofMinutes(9));
        assertThat(runs).containsExactly(at("11:00:00"));
    }

    private void fail() {
        schedule.ended(run(Trigger.SCHEDULE, BackupPipeline.failed(new IllegalStateException())));
    }

    private CompletedRun run(Trigger trigger, BackupOutcome outcome) {
        return new CompletedRun(trigger, clock.instant(), Duration.ZERO, Role.MASTER, outcome);
    }

    private void pass(Duration time) {
        clock.pass(time, () -> schedule.tick(new Tick()));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-23T" + time + "Z");
    }
}
