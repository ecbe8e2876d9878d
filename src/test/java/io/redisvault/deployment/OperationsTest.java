package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever is woken by an alert finds it in the manual. */
class OperationsTest {

    private static final Path MANUAL = Path.of("docs/operations.md");

    @Test
    void everyAlertHasItsSection() {
        assertThat(Pattern.compile("^### (RedisVault\\w+)$", Pattern.MULTILINE)
                        .matcher(contentOf(MANUAL.toFile()))
                        .results()
                        .map(section -> section.group(1)))
                .containsExactlyElementsOf(
                        Monitoring.alerts().stream().map(Rule::getAlert).toList());
    }

    @Test
    void everyAlertSaysWhatIsWrongAndWhereToLook() {
        assertThat(Monitoring.alerts())
                .allSatisfy(alert -> assertThat(alert.getAnnotations()).containsOnlyKeys("summary", "description"))
                .allSatisfy(
                        alert -> assertThat(alert.getLabels().get("severity")).isIn("critical", "warning"));
    }
}
