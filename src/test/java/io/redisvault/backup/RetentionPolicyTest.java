package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void keepsTheNewest() {
        assertThat(expired(policy(2, null), daysOld(1, 2, 3, 4))).isEqualTo(daysOld(4, 3));
    }

    @Test
    void keepsWhatIsYoungEvenBeyondTheCount() {
        assertThat(expired(policy(1, Duration.ofDays(3)), daysOld(1, 2, 3, 4))).isEqualTo(daysOld(4));
    }

    @Test
    void keepsTheNewestEvenBeyondTheDuration() {
        assertThat(expired(policy(2, Duration.ofDays(1)), daysOld(10, 11, 12))).isEqualTo(daysOld(12));
    }

    @Test
    void neverLetsTheLastOneGo() {
        assertThat(expired(policy(0, Duration.ofHours(1)), daysOld(30, 40))).isEqualTo(daysOld(40));
        assertThat(expired(policy(0, Duration.ofHours(1)), daysOld(30))).isEmpty();
    }

    @Test
    void aWrongClockKeepsTooMuchRatherThanTooLittle() {
        List<Instant> backups = daysOld(1, 2, 3, 4);
        Instant wrong = NOW.minus(Duration.ofDays(365));
        assertThat(backups.stream().map(policy(1, Duration.ofDays(2)).expiry(Function.<Instant>identity(), wrong)))
                .allMatch(Optional::isEmpty);
    }

    @Test
    void theOrderOfTheListingDoesNotMatter() {
        List<Instant> backups = new ArrayList<>(daysOld(IntStream.range(0, 50).toArray()));
        List<Instant> expected = expired(policy(7, Duration.ofDays(9)), backups);
        Collections.shuffle(backups, new Random(42));
        assertThat(expired(policy(7, Duration.ofDays(9)), backups))
                .isEqualTo(expected)
                .hasSize(40);
    }

    @Test
    void aBackupThatIsListedTwiceTakesOnePlace() {
        assertThat(expired(policy(1, null), daysOld(1, 1))).isEmpty();
        assertThat(expired(policy(2, null), daysOld(4, 3, 2, 1, 2, 1))).isEqualTo(daysOld(4, 3));
    }

    @Test
    void refusesToKeepNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(0, null))
                .withMessage("a policy that keeps nothing");
        assertThatIllegalArgumentException().isThrownBy(() -> policy(-1, Duration.ofDays(1)));
    }

    private static RetentionPolicy policy(int keepLast, Duration keepDuration) {
        return new RetentionPolicy(keepLast, Optional.ofNullable(keepDuration));
    }

    private static List<Instant> expired(RetentionPolicy policy, List<Instant> backups) {
        return backups.stream()
                .map(policy.expiry(Function.<Instant>identity(), NOW))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
    }

    private static List<Instant> daysOld(int... days) {
        return IntStream.of(days)
                .mapToObj(day -> NOW.minus(Duration.ofDays(day)))
                .toList();
    }
}
