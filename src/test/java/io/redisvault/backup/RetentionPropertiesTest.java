package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What holds for every policy and every set of backups. */
class RetentionPropertiesTest {

    private static final int TRIES = 15_000;
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.MIXIN)
    void whatStaysAndWhatGoesIsAll(
            @ForAll("policies") RetentionPolicy policy, @ForAll("backups") Set<Instant> backups) {
        List<Instant> expired = expired(policy, List.copyOf(backups));
        Set<Instant> kept = new HashSet<>(backups);
        kept.removeAll(expired);
        assertThat(expired).doesNotHaveDuplicates().isSubsetOf(backups).isSorted();
        assertThat(kept.size() + expired.size()).isEqualTo(backups.size());
        assertThat(kept).hasSizeGreaterThanOrEqualTo(Math.min(backups.size(), Math.max(1, policy.keepLast())));
        assertThat(kept).allMatch(backup -> isProtected(policy, backup, backups));
        assertThat(expired).noneMatch(backup -> isProtected(policy, backup, backups));
    }

    /** The rule in other words: few are newer, or it is young. */
    private static boolean isProtected(RetentionPolicy policy, Instant backup, Set<Instant> all) {
        long newer = all.stream().filter(backup::isBefore).count();
        boolean young = policy.keepDuration()
                .map(age -> !backup.isBefore(NOW.minus(age)))
                .orElse(false);
        return newer < Math.max(1, policy.keepLast()) || young;
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.MIXIN)
    void theNewestAlwaysStays(@ForAll("policies") RetentionPolicy policy, @ForAll("backups") Set<Instant> backups) {
        if (!backups.isEmpty()) {
            assertThat(expired(policy, List.copyOf(backups))).doesNotContain(Collections.max(backups));
        }
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void theOrderOfTheListingNeverMatters(
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("backups") Set<Instant> backups,
            @ForAll Random random) {
        List<Instant> shuffled = new ArrayList<>(backups);
        Collections.shuffle(shuffled, random);
        assertThat(expired(policy, shuffled)).isEqualTo(expired(policy, List.copyOf(backups)));
    }

    @Property(tries = TRIES)
    void aSecondRunFindsNothingMoreToDelete(
            @ForAll("policies") RetentionPolicy policy, @ForAll("backups") Set<Instant> backups) {
        Set<Instant> kept = new HashSet<>(backups);
        kept.removeAll(expired(policy, List.copyOf(backups)));
        assertThat(expired(policy, List.copyOf(kept))).isEmpty();
    }

    @Provide
    static Arbitrary<RetentionPolicy> policies() {
        Arbitrary<Integer> counts = Arbitraries.integers().between(0, 30);
        Arbitrary<Optional<Duration>> ages = Arbitraries.longs()
                .between(1, YEAR.toSeconds())
                .map(Duration::ofSeconds)
                .optional();
        return Combinators.combine(counts, ages)
                .filter((count, age) -> count > 0 || age.isPresent())
                .as(RetentionPolicy::new);
    }

    /** From two years ago to a year ahead, as a wrong clock would have it. */
    @Provide
    static Arbitrary<Set<Instant>> backups() {
        return Arbitraries.longs()
                .between(-2 * YEAR.toSeconds(), YEAR.toSeconds())
                .map(NOW::plusSeconds)
                .set()
                .ofMaxSize(40);
    }

    private static List<Instant> expired(RetentionPolicy policy, List<Instant> backups) {
        return backups.stream()
                .map(policy.expiry(Function.<Instant>identity(), NOW))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
    }
}
