package io.redisvault.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.Backup;
import io.redisvault.backup.SetClock;
import io.redisvault.backup.Timetable;
import io.redisvault.backup.Timetable.Tick;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ScheduledVerificationTest {

    private final SetClock clock = new SetClock("2026-11-23T10:20:00Z");
    private final List<Instant> begun = new ArrayList<>();
    private final List<UniEmitter<? super Backup>> running = new ArrayList<>();
    private final List<ScheduledVerification.Result> results = new ArrayList<>();
    private boolean backupRuns;
    private boolean roleIsSkipped;

    @Test
    void verificationsBeginByCron() {
        ScheduledVerification verification = by("*/30 * * * *");
        pass(verification, Duration.ofMinutes(15));
        end();
        pass(verification, Duration.ofMinutes(45));
        assertThat(begun).containsExactly(at("10:30:00"), at("11:00:00"));
    }

    @Test
    void withoutCronThereAreNone() {
        pass(of(Optional.empty()), Duration.ofDays(1));
        assertThat(begun).isEmpty();
    }

    @Test
    void aVerificationWaitsForTheEndOfABackup() {
        ScheduledVerification verification = by("30 * * * *");
        backupRuns = true;
        pass(verification, Duration.ofMinutes(15));
        assertThat(begun).isEmpty();
        backupRuns = false;
        pass(verification, Duration.ofMinutes(15));
        assertThat(begun).containsExactly(at("10:35:00"));
    }

    @Test
    void oneThatIsDueWhileAnotherRunsIsLeftOut() {
        ScheduledVerification verification = by("*/30 * * * *");
        pass(verification, Duration.ofHours(1));
        assertThat(begun).containsExactly(at("10:30:00"));
        end();
        pass(verification, Duration.ofMinutes(30));
        assertThat(begun).containsExactly(at("10:30:00"), at("11:30:00"));
    }

    @Test
    void aFailureIsItsResult() {
        ScheduledVerification verification = by("30 * * * *");
        pass(verification, Duration.ofMinutes(15));
        running.get(0).fail(new RestoreException.NoBackup("there is none", true));
        assertThat(results).singleElement().satisfies(result -> assertThat(result.failure())
                .contains("there is none"));
        assertThat(verification.last()).contains(results.get(0));
    }

    @Test
    void aNodeThatHasNoBackupForItsRoleHasNoResult() {
        ScheduledVerification verification = by("30 * * * *");
        roleIsSkipped = true;
        pass(verification, Duration.ofMinutes(15));
        running.get(0).fail(new RestoreException.NoBackup("there is none", true));
        assertThat(results).isEmpty();
        assertThat(verification.last()).isEmpty();
    }

    private ScheduledVerification by(String cron) {
        return of(Optional.of(Timetable.cron(cron)));
    }

    private ScheduledVerification of(Optional<UnaryOperator<Instant>> timetable) {
        return new ScheduledVerification(
                this::newest, () -> backupRuns, () -> roleIsSkipped, results::add, clock, timetable);
    }

    private Uni<Backup> newest() {
        begun.add(clock.instant());
        return Uni.createFrom().emitter(running::add);
    }

    private void end() {
        String name = "redis-node_2026-11-23T10:00:00Z.rdb";
        running.get(running.size() - 1)
                .complete(new Backup(name, name, name, "redis-node", clock.instant(), 100, 100L, null, null, null));
    }

    private void pass(ScheduledVerification verification, Duration time) {
        clock.pass(time, () -> verification.tick(new Tick()));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-23T" + time + "Z");
    }
}
