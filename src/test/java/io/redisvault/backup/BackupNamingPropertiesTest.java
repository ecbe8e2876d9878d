package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.BackupNaming.BackupName;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Only what parses is listed, counted or deleted: so nothing may parse that this node did not write. */
class BackupNamingPropertiesTest {

    private static final int TRIES = 15_000;
    private static final BackupNaming NAMING = new BackupNaming("vault", "redis-1");

    @Property(tries = TRIES)
    void whatItWritesItReads(@ForAll("times") Instant time) {
        List<BackupName> names = NAMING.candidates(time, StoredForm.PLAIN);
        assertThat(names)
                .allSatisfy(name -> assertThat(NAMING.parse(name.key())).contains(name));
        assertThat(names.get(1).timestamp()).isAfter(names.get(0).timestamp());
        assertThat(names.get(0).key()).isNotEqualTo(names.get(1).key());
    }

    /** One character changed, left out or put in: it is no name of this node, or that of another time. */
    @Property(tries = TRIES)
    void aNearMissIsNotTakenForAnother(
            @ForAll("times") Instant time, @ForAll @IntRange(max = 1) int which, @ForAll("edits") Edit edit) {
        BackupName written = NAMING.candidates(time, StoredForm.PLAIN).get(which);
        String missed = edit.of(written.key());
        if (!missed.equals(written.key())) {
            NAMING.parse(missed).ifPresent(found -> {
                assertThat(found.key()).isEqualTo(missed);
                assertThat(found.timestamp()).isNotEqualTo(written.timestamp());
                assertThat(canonical(found)).isEqualTo(missed);
            });
        }
    }

    @Property(tries = TRIES)
    void noOtherNodeIsEverMeant(
            @ForAll("nodes") String node, @ForAll("prefixes") String prefix, @ForAll("times") Instant t) {
        BackupNaming other = new BackupNaming(prefix, node);
        boolean same = node.equals("redis-1") && prefix.equals("vault");
        for (BackupName name : other.candidates(t, StoredForm.PLAIN)) {
            assertThat(NAMING.parse(name.key()).isPresent()).as(name.key()).isEqualTo(same);
        }
    }

    @Property(tries = TRIES)
    void nothingElseParses(@ForAll("texts") String text) {
        assertThat(NAMING.parse(text)).isEmpty();
        assertThat(NAMING.parse("vault/redis-1_" + text)).isEmpty();
        assertThat(NAMING.parse("vault/redis-1_" + text + ".rdb")).isEmpty();
    }

    private static String canonical(BackupName name) {
        List<BackupName> candidates = NAMING.candidates(name.timestamp(), StoredForm.PLAIN);
        return candidates
                .get(candidates.get(0).timestamp().equals(name.timestamp()) ? 0 : 1)
                .key();
    }

    /** What happens to one place of a key. */
    private record Edit(int kind, int place, char character) {
        String of(String key) {
            int at = place % key.length();
            String before = key.substring(0, at);
            return switch (kind) {
                case 0 -> before + character + key.substring(at + 1);
                case 1 -> before + key.substring(at + 1);
                default -> before + character + key.substring(at);
            };
        }
    }

    @Provide
    static Arbitrary<Edit> edits() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 50),
                        Arbitraries.chars().with("0123456789.-_:/TZtz +rdb").ascii())
                .as(Edit::new);
    }

    @Provide
    static Arbitrary<Instant> times() {
        return Combinators.combine(
                        Arbitraries.longs()
                                .between(
                                        0,
                                        Instant.parse("+99999-12-31T23:59:59Z").getEpochSecond()),
                        Arbitraries.longs().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
    }

    @Provide
    static Arbitrary<String> nodes() {
        Arbitrary<String> any =
                Arbitraries.strings().withChars("redis-1_0.:Z").ofMinLength(1).ofMaxLength(12);
        Arbitrary<String> close =
                Arbitraries.of("redis-1", "redis-10", "redis-1_", "redis-", "redis-1_2026-01-01T00:00:00Z");
        return Arbitraries.oneOf(any, close);
    }

    @Provide
    static Arbitrary<String> prefixes() {
        return Arbitraries.of("", "vault", "vault/deeper", "vaul", "vault2", "other/vault");
    }

    @Provide
    static Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("0123456789TZ-:._/rdb").ofMaxLength(18);
    }
}
