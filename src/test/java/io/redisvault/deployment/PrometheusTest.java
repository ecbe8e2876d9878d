package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own tool reads the alerts and the queries of the dashboard, and tries when the alerts fire. */
class PrometheusTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @BeforeEach
    void promtoolIsNeeded() {
        Assumptions.assumeTrue(Tool.PROMTOOL.isThere(), "no promtool on this machine");
    }

    @Test
    void alertsFireWhenTheyShould() throws IOException {
        // JSON is YAML, too.
        Path rules = directory.resolve("rules.yaml");
        JSON.writeValue(rules.toFile(), Monitoring.rules().getSpec());
        Path tests = Files.copy(
                Path.of("src/test/resources/promtool/alerts-test.yaml"), directory.resolve("alerts-test.yaml"));
        assertThat(Tool.PROMTOOL.run("check", "rules", rules.toString()))
                .contains("SUCCESS: " + Monitoring.alerts().size() + " rules found");
        assertThat(Tool.PROMTOOL.run("test", "rules", tests.toString())).contains("SUCCESS");
        for (Rule alert : Monitoring.alerts()) {
            assertThat(tests).content().containsPattern("alertname: " + alert.getAlert() + "\\s+exp_alerts");
        }
    }

    @Test
    void theQueriesOfTheDashboardAreRight() throws IOException {
        List<String> queries = Monitoring.dashboardQueries();
        List<Map<String, String>> records = IntStream.range(0, queries.size())
                .mapToObj(i -> Map.of("record", "panel:query:" + i, "expr", queries.get(i)))
                .toList();
        Path rules = directory.resolve("queries.yaml");
        JSON.writeValue(rules.toFile(), Map.of("groups", List.of(Map.of("name", "dashboard", "rules", records))));
        assertThat(Tool.PROMTOOL.run("check", "rules", rules.toString()))
                .contains("SUCCESS: " + queries.size() + " rules found");
    }
}
