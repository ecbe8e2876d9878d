package io.redisvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of storage servers has one row for each server that {@code .ci/servers} tests. */
class StorageServersTest {

    private static final List<List<String>> ROWS =
            Page.of("docs/storages.md").section("Servers").rows();

    private final String script = Files.readString(Path.of(".ci/servers"));

    StorageServersTest() throws IOException {}

    @Test
    void everyServerOfTheScriptHasARow() {
        assertThat(ROWS.stream().map(row -> name(row)))
                .containsExactlyInAnyOrderElementsOf(matches("(?m)^get_([\\w-]+)\\(\\)"));
    }

    @Test
    void everyRowHasAVersionAResultAndADate() {
        assertThat(ROWS).allSatisfy(row -> {
            assertThat(row.get(1)).isNotEmpty();
            assertThat(row.get(2)).matches("\\d+ of \\d+");
            assertThat(row.get(3)).matches("\\d{4}-\\d{2}-\\d{2}");
            assertThat(row.get(4)).isNotEmpty();
            assertThat(row.get(5)).isNotEmpty();
        });
    }

    @Test
    void everyRowHasTheVersionOfTheScript() {
        for (List<String> row : ROWS) {
            // Debian says which version it has.
            matches("get_" + name(row) + "\\(\\) *\\{\\s*version=([\\w.-]+)")
                    .forEach(version -> assertThat(row.get(1)).isEqualTo(version));
        }
    }

    /** What a server is known to lack is why some tests of the contract are skipped for it. */
    @Test
    void whatTheScriptSaysOfAServersLimitsIsInItsRow() {
        for (List<String> row : ROWS) {
            String start =
                    matches("(?s)start_" + name(row) + "\\(\\) \\{(.*?)\n}").get(0);
            String lacks = row.get(4);
            assertThat(lacks.contains("incomplete uploads")).isEqualTo(start.contains("uploads"));
            assertThat(lacks.contains("at the same moment")).isEqualTo(start.contains("races"));
            assertThat(row.get(5).contains("`S3_CONDITIONAL_WRITES=false`"))
                    .isEqualTo(start.contains("conditional=false"));
        }
    }

    private static String name(List<String> row) {
        return Page.code(row.get(0)).get(0);
    }

    private List<String> matches(String pattern) {
        return Pattern.compile(pattern)
                .matcher(script)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
