package io.redisvault.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.RdbKeys;
import io.redisvault.rdb.RdbKeys.Database;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyCountsTest {

    @ParameterizedTest
    @CsvSource({"95, 95", "93, 93", "90, 90", "88, 88", "96, 95", "87, 88", "0, 88"})
    void keysMayExpireBetweenTheStartAndTheQuestion(long loaded, long expected) {
        RdbKeys before = keys(Map.of(0, new Database(100, 5, 0)));
        RdbKeys after = keys(Map.of(0, new Database(100, 10, 2)));

        DatabaseKeys found = KeyCounts.compare(before, after, Map.of(0, loaded)).get(0);

        assertThat(found.expected()).isEqualTo(expected);
        assertThat(found.right()).isEqualTo(loaded == expected);
    }

    @Test
    void aDatabaseThatIsMissingOrTooMuchIsWrong() {
        RdbKeys dump = keys(Map.of(0, new Database(3, 0, 0), 7, new Database(2, 2, 0)));

        assertThat(KeyCounts.compare(dump, dump, Map.of(9, 1L)))
                .map(DatabaseKeys::toString)
                .containsExactly(
                        "database 0: 0 keys instead of 3", "database 7: 0 keys", "database 9: 1 key instead of 0");
    }

    @Test
    void withoutTheDumpsKeysNothingIsWrong() {
        assertThat(KeyCounts.uncompared(new TreeMap<>(Map.of(4, 1000L)))).allMatch(DatabaseKeys::right);
    }

    private static RdbKeys keys(Map<Integer, Database> databases) {
        return new RdbKeys(new TreeMap<>(databases));
    }
}
