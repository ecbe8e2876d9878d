package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The example for Docker Compose hangs together. */
class ComposeTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Path PROMETHEUS = Compose.FILE.resolveSibling("compose/prometheus.yml");

    @TempDir
    private Path directory;

    @Test
    void masterAndReplicaHaveEachTheirOwnSidecar() {
        Map<String, Map<String, Object>> services = Compose.services();
        assertThat(Compose.sidecars()).containsOnlyKeys("vault-master", "vault-replica");
        for (String role : new String[] {"master", "replica"}) {
            Map<String, Object> sidecar = services.get("vault-" + role);
            assertThat(Compose.list(services.get("redis-" + role), "volumes")).containsExactly(role + "-data:/data");
            assertThat(Compose.list(sidecar, "volumes")).containsExactly(role + "-data:/data:ro");
            assertThat(Compose.list(sidecar, "cap_drop")).containsExactly("ALL");
            assertThat(Compose.list(sidecar, "security_opt")).containsExactly("no-new-privileges:true");
            assertThat(sidecar).containsEntry("user", "999:999").containsEntry("read_only", true);
            assertThat(Compose.sidecars().get("vault-" + role))
                    .containsEntry("REDIS_NODE_NAME", "redis-" + role)
                    .containsEntry("REDIS_CONNECTION", "redis://redis-" + role + ":6379");
        }
    }

    @Test
    void credentialsOfOnesOwnOpenTheStorageOfTheExample() {
        for (Map<String, String> variables : List.of(
                Map.<String, String>of(), Map.of("AWS_ACCESS_KEY_ID", "mine", "AWS_SECRET_ACCESS_KEY", "secret"))) {
            Map<String, String> server =
                    Compose.environment(Compose.services(variables).get("s3"));
            assertThat(Compose.sidecars(variables)).allSatisfy((name, sidecar) -> assertThat(sidecar)
                    .containsEntry("AWS_ACCESS_KEY_ID", server.get("S3PROXY_IDENTITY"))
                    .containsEntry("AWS_SECRET_ACCESS_KEY", server.get("S3PROXY_CREDENTIAL")));
        }
        assertThat(Compose.sidecars(Map.of("AWS_ACCESS_KEY_ID", "mine")))
                .allSatisfy((name, sidecar) -> assertThat(sidecar).containsEntry("AWS_ACCESS_KEY_ID", "mine"));
    }

    @Test
    void everyFileThatIsMountedIsThere() {
        assertThat(Compose.services().values())
                .flatExtracting(service -> Compose.list(service, "volumes"))
                .filteredOn(volume -> volume.startsWith("."))
                .hasSizeGreaterThan(3)
                .allSatisfy(volume -> assertThat(Compose.FILE.resolveSibling(volume.split(":")[0]))
                        .isRegularFile());
    }

    @Test
    void prometheusScrapesEachSidecar() {
        String config = contentOf(PROMETHEUS.toFile());
        assertThat(Compose.sidecars().keySet())
                .allSatisfy(sidecar -> assertThat(config).contains("\"" + sidecar + ":8080\""));
    }

    @Test
    void prometheusHasTheAlertsOfKubernetes() throws IOException {
        Path rules = directory.resolve("rules.yaml");
        String command = Compose.list(Compose.services().get("prometheus"), "command")
                .get(0)
                .replace("$$", "$")
                .replace("/etc/prometheus/prometheus-rules.yaml", "k8s/monitoring/prometheus-rules.yaml")
                .replace("/prometheus/rules.yaml", rules.toString());
        new Tool("sh").run("-c", command.substring(0, command.indexOf("&& exec")));
        JsonNode taken = JSON.valueToTree(new Yaml().load(contentOf(rules.toFile())));
        JsonNode given = JSON.valueToTree(Monitoring.rules().getSpec());
        assertThat(taken).isEqualTo(given);

        Assumptions.assumeTrue(Tool.PROMTOOL.isThere(), "no promtool on this machine");
        Path config = Files.writeString(
                directory.resolve("prometheus.yml"),
                contentOf(PROMETHEUS.toFile()).replace("/prometheus/rules.yaml", rules.toString()));
        assertThat(Tool.PROMTOOL.run("check", "config", config.toString())).contains("SUCCESS: 1 rule files found");
    }
}
