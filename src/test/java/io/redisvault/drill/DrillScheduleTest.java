package io.redisvault.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.schedule.SetClock;
import io.redisvault.schedule.Tick;
import io.redisvault.schedule.Timetable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DrillScheduleTest {

    private final SetClock clock = new SetClock("2026-11-23T10:20:00Z");
    private final List<Instant> drills = new ArrayList<>();
    private boolean backupRuns;

    @Test
    void drillsAreHeldByCron() {
        pass(schedule("*/30 * * * *"), Duration.ofHours(1));
        assertThat(drills).containsExactly(at("10:30:00"), at("11:00:00"));
    }

    @Test
    void withoutCronThereAreNone() {
        pass(new DrillSchedule(this::drill, () -> backupRuns, clock, Optional.empty()), Duration.ofDays(1));
        assertThat(drills).isEmpty();
    }

    @Test
    void aDrillWaitsForTheEndOfABackup() {
        DrillSchedule schedule = schedule("30 * * * *");
        backupRuns = true;
        pass(schedule, Duration.ofMinutes(15));
        assertThat(drills).isEmpty();
        backupRuns = false;
        pass(schedule, Duration.ofMinutes(15));
        assertThat(drills).containsExactly(at("10:35:00"));
    }

    private DrillSchedule schedule(String cron) {
        return new DrillSchedule(this::drill, () -> backupRuns, clock, Optional.of(Timetable.cron(cron)));
    }

    private boolean drill() {
        return drills.add(clock.instant());
    }

    private void pass(DrillSchedule schedule, Duration time) {
        clock.pass(time, () -> schedule.tick(new Tick()));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-23T" + time + "Z");
    }
}
