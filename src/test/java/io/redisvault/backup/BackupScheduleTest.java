package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.LoggedLines;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.backup.Timetable.Tick;
import io.redisvault.redis.ServerInfo.Role;
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
        assertThat(schedule.next()).isEqualTo(at("14:00:00"));
    }

    @Test
    void aClockThatIsSetBackBringsTheNextRunForward() {
        pass(Duration.ofMinutes(10));
        clock.set(at("05:30:00"));
        pass(Duration.ofHours(1));
        assertThat(runs).containsExactly(at("06:00:00"));
        assertThat(schedule.next()).isEqualTo(at("07:00:00"));
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
        assertThat(schedule.next()).isEqualTo(at("11:01:00"));
        pass(Duration.ofMinutes(1));
        fail();
        pass(Duration.ofMinutes(2));
        fail();
        pass(Duration.ofMinutes(3));
        assertThat(runs).containsExactly(at("11:00:00"), at("11:01:00"), at("11:03:00"));
        assertThat(schedule.next()).isEqualTo(at("11:07:00"));
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

    /** Otherwise a request that fails, too, would leave the node without a backup until the next day. */
    @Test
    void aRequestThatFailsTakesNoTryFromAScheduledRun() {
        pass(Duration.ofMinutes(40));
        fail();
        schedule.ended(run(Trigger.REQUEST, BackupPipeline.failed(new IllegalStateException())));
        assertThat(schedule.next()).isEqualTo(at("11:02:00"));
        schedule.ended(run(Trigger.REQUEST, new BackupOutcome.Stored(null, RetentionResult.NONE)));
        assertThat(schedule.next()).isEqualTo(at("12:00:00"));
    }

    @Test
    void aRunThatIsLeftOutIsTriedAgainIfTheOneBeforeItFails() {
        RunningBackup running = new RunningBackup(Trigger.REQUEST, clock.instant());
        BackupSchedule busy = new BackupSchedule(
                trigger -> {
                    throw new BackupRunningException(running);
                },
                clock,
                Timetable.every(Duration.ofHours(1)),
                Duration.ZERO);
        clock.pass(Duration.ofMinutes(41), () -> busy.tick(new Tick()));
        busy.ended(run(Trigger.REQUEST, BackupPipeline.failed(new IllegalStateException())));
        assertThat(busy.next()).isEqualTo(at("11:02:00"));
    }

    /** As machines do that first ask for the time after they started. */
    @Test
    void aClockThatIsSetForwardDoesNotEndTheInitialDelay() {
        BackupSchedule young = new BackupSchedule(
                trigger -> runs.add(clock.instant()),
                clock,
                Timetable.every(Duration.ofHours(1)),
                Duration.ofMinutes(5));
        young.tick(new Tick());
        clock.set(at("17:10:00"));
        young.tick(new Tick());
        assertThat(runs).isEmpty();
        assertThat(young.next()).isEqualTo(at("18:00:00"));
    }

    @Test
    void runsThatAreLeftOutAreSaidOnceForEachRunThatIsUnderWay() {
        RunningBackup running = new RunningBackup(Trigger.REQUEST, clock.instant());
        BackupSchedule busy = new BackupSchedule(
                trigger -> {
                    throw new BackupRunningException(running);
                },
                clock,
                Timetable.every(Duration.ofSeconds(1)),
                Duration.ZERO);
        try (LoggedLines said = new LoggedLines(BackupSchedule.class.getName())) {
            clock.pass(Duration.ofSeconds(10), () -> busy.tick(new Tick()));
            assertThat(said.texts())
                    .hasSize(1)
                    .allMatch(line -> line.contains("until this one ends: a backup is running"));
            busy.ended(run(Trigger.REQUEST, new BackupOutcome.Stored(null, RetentionResult.NONE)));
            clock.pass(Duration.ofSeconds(10), () -> busy.tick(new Tick()));
            assertThat(said.texts()).hasSize(2);
        }
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
