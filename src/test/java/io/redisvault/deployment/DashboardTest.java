package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The dashboard is one that Grafana can show whatever its data source is called. */
class DashboardTest {

    @Test
    void everyPanelSaysWhatItShowsAndAsksTheChosenPrometheus() {
        assertThat(Monitoring.panels())
                .hasSizeGreaterThan(10)
                .extracting(panel -> panel.get("id").asInt())
                .doesNotHaveDuplicates();
        assertThat(Monitoring.panels()).allSatisfy(panel -> {
            assertThat(panel.get("title").asText()).isNotBlank();
            assertThat(panel.get("description").asText()).isNotBlank();
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.get("targets")).isNotEmpty().allSatisfy(target -> {
                assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                assertThat(target.get("expr").asText()).contains("{namespace=~\"$namespace\", pod=~\"$pod\"}");
            });
        });
    }

    @Test
    void panelsLieBesideEachOther() {
        List<String> taken = new ArrayList<>();
        for (JsonNode panel : Monitoring.panels()) {
            JsonNode place = panel.get("gridPos");
            int right = place.get("x").asInt() + place.get("w").asInt();
            assertThat(right).as(panel.get("title").asText()).isLessThanOrEqualTo(24);
            for (int x = place.get("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    taken.add(x + "," + (place.get("y").asInt() + y));
                }
            }
        }
        assertThat(taken).doesNotHaveDuplicates();
    }

    @Test
    void kustomizePutsItWhereGrafanaLooks() {
        Deployments.mustBeRendered();
        ConfigMap dashboard = Deployments.rendered()
                .filter(manifests -> manifests.getName().equals("k8s/monitoring"))
                .findFirst()
                .orElseThrow()
                .getPayload()
                .the(ConfigMap.class);
        assertThat(dashboard.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(dashboard.getMetadata().getName()).isEqualTo("redis-vault-dashboard");
        assertThat(dashboard.getData()).hasSize(1).containsKey("redis-vault.json");
    }
}
