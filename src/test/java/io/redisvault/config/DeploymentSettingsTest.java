package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.redisvault.deployment.Compose;
import io.redisvault.deployment.Deployments;
import io.redisvault.deployment.Manifests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What deployments tell the sidecar are settings it understands. */
class DeploymentSettingsTest {

    @ParameterizedTest
    @MethodSource("deployments")
    void everySettingOfTheConfigMapIsRight(Manifests manifests) {
        assertThat(settings(manifests).mistakes()).isEmpty();
        assertThat(known()).containsAll(variables(manifests).keySet());
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSecretOfTheExampleFitsEachOfThem(Manifests manifests) {
        Map<String, String> variables = variables(manifests);
        variables.putAll(Manifests.read(Path.of("k8s/secret-example.yaml"))
                .the(Secret.class)
                .getStringData());
        assertThat(Reading.environment(variables).mistakes()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("charts")
    void everySettingBesideAChartIsRight(Container sidecar) {
        Map<String, String> variables = new HashMap<>(Manifests.read(Path.of("k8s/charts/vault-config.yaml"))
                .the(ConfigMap.class)
                .getData());
        sidecar.getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .forEach(variable -> variables.put(variable.getName(), variable.getValue()));
        assertThat(known()).containsAll(variables.keySet());
        // A file of the chart's container.
        variables.remove("REDIS_PASSWORD_FILE");
        assertThat(Reading.environment(variables).mistakes()).isEmpty();
    }

    static Stream<Named<Container>> charts() {
        return Deployments.charts();
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theSidecarHasTimeToStop(Manifests manifests) {
        Duration grace = Duration.ofSeconds(manifests
                .the(StatefulSet.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getTerminationGracePeriodSeconds());
        assertThat(grace)
                .isGreaterThan(
                        settings(manifests).typed().backup().shutdownTimeout().plusSeconds(10));
    }

    @Test
    void theUnitOfSystemdSaysTheRightThings() {
        String unit = contentOf(Path.of("src/main/systemd/redis-vault.service").toFile());
        List<String> environment = values(unit, "Environment");
        Settings settings = Reading.environment(Reading.variables(environment.toArray(String[]::new)));
        assertThat(environment).isNotEmpty();
        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.warnings()).isEmpty();
        assertThat(Integer.parseInt(values(unit, "TimeoutStopSec").get(0).replace("s", "")))
                .isGreaterThanOrEqualTo(
                        settings.typed().backup().shutdownTimeout().toSecondsPart() + 10);
    }

    private static List<String> values(String unit, String key) {
        return unit.lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    @Test
    void theSidecarsOfComposeCanStoreWithAmazonInstead() {
        Map<String, String> mine =
                Map.of("STORAGE_URL", "s3://mine/redis", "S3_ENDPOINT", "", "AWS_REGION", "eu-west-1");
        assertThat(Compose.sidecars(mine)).isNotEmpty().allSatisfy((name, variables) -> {
            VaultConfig.Storage storage = Reading.environment(variables).typed().storage();
            assertThat(storage.bucket()).contains("mine");
            assertThat(storage.endpoint()).isEmpty();
            assertThat(storage.region()).contains("eu-west-1");
        });
    }

    @Test
    void theSidecarsOfComposeAreToldTheRightThings() {
        assertThat(Compose.sidecars()).isNotEmpty().allSatisfy((name, variables) -> {
            assertThat(Reading.environment(variables).mistakes()).isEmpty();
            variables.keySet().removeAll(Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"));
            assertThat(known()).containsAll(variables.keySet());
        });
    }

    static Stream<Named<Manifests>> deployments() {
        return Deployments.all();
    }

    private static Stream<String> known() {
        return Setting.ALL.stream().flatMap(setting -> setting.variables().stream());
    }

    private static Settings settings(Manifests manifests) {
        return Reading.environment(variables(manifests));
    }

    private static Map<String, String> variables(Manifests manifests) {
        return new HashMap<>(manifests.the(ConfigMap.class).getData());
    }
}
