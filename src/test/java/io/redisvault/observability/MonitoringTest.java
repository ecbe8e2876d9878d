package io.redisvault.observability;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.redisvault.api.LiveSurroundings;
import io.redisvault.deployment.Monitoring;
import io.redisvault.docs.Page;
import java.io.File;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and dashboard ask for metrics that there are. */
@QuarkusTest
@WithTestResource(LiveSurroundings.class)
class MonitoringTest {

    private static final Pattern OURS = Pattern.compile("\\bredis_vault_\\w+");

    @Test
    void everyMetricThatIsAskedForIsExposed() {
        Set<String> asked = Monitoring.queries()
                .flatMap(query -> OURS.matcher(query).results().map(MatchResult::group))
                .collect(Collectors.toSet());
        assertThat(asked).hasSizeGreaterThan(10);
        assertThat(exposed()).containsAll(asked);
    }

    /** Histograms, too, by one of the names that belong to each. */
    @Test
    void everyMetricThatTheManualsNameIsExposed() {
        Set<String> exposed = exposed();
        for (String manual : List.of("README.md", "docs/coming-from-rust.md", "docs/operations.md")) {
            assertThat(Page.code(Page.of(manual).text()).stream()
                            .flatMap(code -> OURS.matcher(code).results().map(MatchResult::group)))
                    .allSatisfy(name -> assertThat(exposed).containsAnyOf(name, name + "_count"));
        }
        assertThat(Page.code(Page.of("docs/coming-from-rust.md").text())).contains("redis_vault_backups_total");
    }

    private static Set<String> exposed() {
        return when().get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
    }

    @Test
    void everyCheckOfTheGroupIsExplained() {
        List<String> checks = when().get("/q/health/group/backup").jsonPath().getList("checks.name");
        assertThat(checks).hasSizeGreaterThan(5);
        assertThat(contentOf(new File("docs/operations.md")))
                .contains(checks.stream().map(check -> "| `" + check + "` |").toList());
    }
}
