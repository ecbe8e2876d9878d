package io.redisvault.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The alerts and the dashboard in {@code k8s/monitoring}. */
public final class Monitoring {

    private static final Path DIRECTORY = Path.of("k8s/monitoring");

    private Monitoring() {}

    static PrometheusRule rules() {
        return Manifests.read(DIRECTORY.resolve("prometheus-rules.yaml")).the(PrometheusRule.class);
    }

    static List<Rule> alerts() {
        return rules().getSpec().getGroups().stream()
                .flatMap(group -> group.getRules().stream())
                .toList();
    }

    static JsonNode dashboard() {
        try {
            return new ObjectMapper()
                    .readTree(DIRECTORY.resolve("grafana-dashboard.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> panels() {
        return StreamSupport.stream(dashboard().get("panels").spliterator(), false)
                .toList();
    }

    /** In PromQL, with Grafana's variables in it. */
    static List<String> dashboardQueries() {
        return panels().stream()
                .flatMap(panel -> StreamSupport.stream(panel.get("targets").spliterator(), false))
                .map(target -> target.get("expr").asText())
                .toList();
    }

    /** Everything that is asked of Prometheus. */
    public static Stream<String> queries() {
        return Stream.of(
                        alerts().stream().map(alert -> alert.getExpr().getStrVal()),
                        dashboardQueries().stream(),
                        StreamSupport.stream(dashboard().at("/templating/list").spliterator(), false)
                                .map(variable -> variable.at("/query/query").asText()))
                .flatMap(queries -> queries);
    }
}
